import Kapao

/// A network compiled for a backend and an input size: weights and code, shared by all threads.
protocol Program: AnyObject, Sendable {
  /// Layout of the output grids.
  var heads: [HeadGrid] { get }
  /// Memory and state for one frame at a time.
  func makeExecutor() throws -> any Executor
}

/// Runs a program for one frame at a time, in memory planned once.
protocol Executor: AnyObject {
  /// Takes the picture to run on.
  func load(_ image: LetterboxedImage)
  /// Takes the picture to run on, of floats 0…1.
  func load(_ image: FloatImage)
  /// Computes the output grids from the input.
  func run(into output: HeadOutput) throws
}

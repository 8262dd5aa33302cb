import Kapao

/// Runs a compiled network, one frame at a time. Nothing is allocated per frame.
package final class InferenceSession: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each inference worker has a session of its own.

  /// The network that it runs.
  package let network: CompiledNetwork
  private let executor: any Executor

  init(network: CompiledNetwork, executor: any Executor) {
    self.network = network
    self.executor = executor
  }

  /// Runs the network on a letterboxed image of its input size.
  ///
  /// - Throws: `InferenceError`.
  package func run(_ image: LetterboxedImage, into output: HeadOutput) throws {
    let size = image.letterbox.input
    guard size == network.inputSize else { throw InferenceError.inputSize(size) }
    executor.load(image)
    try executor.run(into: output)
  }

  /// Runs the network on a picture of floats of its input size, as test-time augmentation makes them.
  ///
  /// - Throws: `InferenceError`.
  package func run(_ image: FloatImage, into output: HeadOutput) throws {
    guard image.size == network.inputSize else { throw InferenceError.inputSize(image.size) }
    executor.load(image)
    try executor.run(into: output)
  }
}

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

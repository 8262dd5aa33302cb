import Kapao

/// Runs a compiled network, one frame at a time. Nothing is allocated per frame.
public final class InferenceSession: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each inference worker has a session of its own.

  /// The network that it runs.
  public let network: CompiledNetwork
  private let executor: any Executor

  init(network: CompiledNetwork, executor: any Executor) {
    self.network = network
    self.executor = executor
  }

  /// Runs the network on a letterboxed image of its input size.
  ///
  /// - Throws: `InferenceError`.
  public func run(_ image: LetterboxedImage, into output: HeadOutput) throws {
    let size = image.letterbox.input
    guard size == network.inputSize else { throw InferenceError.inputSize(size) }
    executor.load(image)
    try executor.run(into: output)
  }

  /// Runs the network on a picture of floats of its input size, as test-time augmentation makes them.
  ///
  /// - Throws: `InferenceError`.
  public func run(_ image: FloatImage, into output: HeadOutput) throws {
    guard image.size == network.inputSize else { throw InferenceError.inputSize(image.size) }
    executor.load(image)
    try executor.run(into: output)
  }
}

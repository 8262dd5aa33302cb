import Inference
import Kapao

/// Everything that a live network depends on: streams with equal ones share a network.
public struct NetworkSettings: Hashable, Sendable {
  /// The model's file.
  public var model: String
  /// Longest side of the input in pixels; `nil` for the architecture's usual one.
  public var inputSize: Int?
  /// The library that computes it.
  public var backend = Backend.oneDNN
  /// The arithmetic; `nil` is int8 where the model is calibrated for it.
  public var precision: Precision?
  /// Threads that compute one frame together.
  public var threads: Int

  /// A network with oneDNN and the usual input size.
  public init(model: String, threads: Int) {
    self.model = model
    self.threads = threads
  }

  /// Reads the model and prepares the network.
  ///
  /// - Throws: `ModelError`, or `InferenceError`.
  public func load() throws -> (networks: NetworkProvider, model: Model) {
    let model = try Model.load(model)
    let networks = try NetworkProvider(
      model: model, inputSize: inputSize ?? model.architecture.usualInputSize, backend: backend,
      precision: precision, threads: threads)
    return (networks, model)
  }
}

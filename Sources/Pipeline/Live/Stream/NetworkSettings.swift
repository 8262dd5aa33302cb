import Inference
import Kapao
import Support

/// Everything that a live network depends on: streams with equal ones share a network.
package struct NetworkSettings: Hashable, Sendable {
  /// The model's file.
  package var model: String
  /// Which file that is: one that was replaced under its name is another network.
  package var file: FileIdentity?
  /// Longest side of the input in pixels; `nil` for the architecture's usual one.
  package var inputSize: Int?
  /// The library that computes it.
  package var backend = Backend.oneDNN
  /// Which ONNX Runtime, and what it computes on.
  package var runtime = ONNXRuntimeOptions()
  /// The arithmetic; `nil` is int8 where the model is calibrated for it.
  package var precision: Precision?
  /// Threads that compute one frame together.
  package var threads: Int

  /// A network with oneDNN and the usual input size.
  package init(model: String, threads: Int) {
    self.model = model
    self.threads = threads
  }

  /// Reads the model and prepares the network.
  ///
  /// - Throws: `ModelError`, or `InferenceError`.
  package func load() throws -> (detector: PoseDetector, model: Model) {
    let model = try Model.load(model)
    let detector = try PoseDetector(
      model: model, inputSize: inputSize, backend: backend, precision: precision, threads: threads,
      runtime: runtime)
    return (detector, model)
  }
}

import Kapao
import Support

/// A model compiled for one input size: one pass, or the passes of test-time augmentation.
package final class PoseNetwork: Sendable {
  /// One pass: how it changes the image, and the network at its input size.
  struct Pass: Sendable {
    let augmentation: TestTimeAugmentation.Pass?
    let network: CompiledNetwork
  }

  /// Size of the letterboxed image in pixels.
  package let inputSize: ImageSize
  /// Architecture of the model.
  package let architecture: Architecture
  /// Keypoints of the model.
  package let skeleton: Skeleton
  let passes: [Pass]
  /// The arithmetic.
  package var precision: Precision { passes[0].network.precision }

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: Architecture and weights.
  ///   - inputSize: Size of the letterboxed image in pixels, both sides multiples of 64.
  ///   - backend: The library to compute with.
  ///   - precision: The arithmetic; int8 needs a calibrated model and oneDNN, and is what `nil` means for those.
  ///   - threads: Threads that compute one frame together.
  ///   - runtime: Which ONNX Runtime, and what it computes on.
  ///   - augmentation: The passes of test-time augmentation; `nil` for a single plain one.
  /// - Throws: `InferenceError`.
  package init(
    model: Model, inputSize: ImageSize, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int = 1,
    runtime: ONNXRuntimeOptions = ONNXRuntimeOptions(), augmentation: TestTimeAugmentation? = nil
  ) throws {
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    self.inputSize = inputSize
    self.skeleton = skeleton
    architecture = model.architecture
    let augmentations: [TestTimeAugmentation.Pass?] = augmentation?.passes ?? [nil]
    passes = try augmentations.map { augmentation in
      let size = augmentation.map { TestTimeAugmentation.inputSize(of: $0, input: inputSize) }
      return Pass(
        augmentation: augmentation,
        network: try CompiledNetwork(
          model: model, inputSize: size ?? inputSize, backend: backend, precision: precision, threads: threads,
          runtime: runtime))
    }
  }

  /// Memory to run it, for one thread.
  package func makeSession() throws -> PoseNetworkSession { try PoseNetworkSession(self) }

  /// Memory for the raw output of one image.
  ///
  /// - Throws: `InferenceError.outOfMemory`.
  package func makeOutput() throws(InferenceError) -> PoseNetworkOutput {
    let floats = passes.flatMap(\.network.heads).map(\.count).reduce(0, +)
    guard MemoryLimit.allowsAddresses(floats * MemoryLayout<Float>.stride + 1 << 20) else { throw .outOfMemory }
    return PoseNetworkOutput(self)
  }
}

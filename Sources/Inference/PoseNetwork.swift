import Kapao

/// A model compiled for one input size: one pass, or the passes of test-time augmentation.
public final class PoseNetwork: Sendable {
  /// One pass: how it changes the image, and the network at its input size.
  struct Pass: Sendable {
    let augmentation: TestTimeAugmentation.Pass?
    let network: CompiledNetwork
  }

  /// Size of the letterboxed image in pixels.
  public let inputSize: ImageSize
  /// Architecture of the model.
  public let architecture: Architecture
  /// Keypoints of the model.
  public let skeleton: Skeleton
  let passes: [Pass]
  /// The arithmetic.
  public var precision: Precision { passes[0].network.precision }

  /// Compiles a model.
  ///
  /// - Parameters:
  ///   - model: Architecture and weights.
  ///   - inputSize: Size of the letterboxed image in pixels, both sides multiples of 64.
  ///   - backend: The library to compute with.
  ///   - precision: The arithmetic; int8 needs a calibrated model and oneDNN, and is what `nil` means for those.
  ///   - threads: Threads that compute one frame together.
  ///   - augmented: Whether test-time augmentation is used.
  /// - Throws: `InferenceError`.
  public init(
    model: Model, inputSize: ImageSize, backend: Backend = .oneDNN, precision: Precision? = nil, threads: Int = 1,
    augmented: Bool = false
  ) throws {
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    self.inputSize = inputSize
    self.skeleton = skeleton
    architecture = model.architecture
    let augmentations: [TestTimeAugmentation.Pass?] = augmented ? TestTimeAugmentation.passes : [nil]
    passes = try augmentations.map { augmentation in
      let size = augmentation.map { TestTimeAugmentation.inputSize(of: $0, input: inputSize) }
      return Pass(
        augmentation: augmentation,
        network: try CompiledNetwork(
          model: model, inputSize: size ?? inputSize, backend: backend, precision: precision, threads: threads))
    }
  }

  /// Memory to run it, for one thread.
  public func makeSession() throws -> PoseNetworkSession { try PoseNetworkSession(self) }

  /// Memory for the raw output of one image.
  public func makeOutput() -> PoseNetworkOutput { PoseNetworkOutput(self) }
}

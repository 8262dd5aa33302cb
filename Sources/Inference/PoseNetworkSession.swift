import Kapao

/// Runs a `PoseNetwork`, one image at a time.
public final class PoseNetworkSession: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each inference worker has a session of its own.

  private let passes: [(augmentation: TestTimeAugmentation.Pass?, session: InferenceSession)]

  init(_ network: PoseNetwork) throws {
    passes = try network.passes.map { ($0.augmentation, try $0.network.makeSession()) }
  }

  /// Computes the raw output of a letterboxed image.
  ///
  /// - Throws: `InferenceError`.
  public func run(_ image: LetterboxedImage, into output: PoseNetworkOutput) throws {
    for (index, pass) in passes.enumerated() {
      if let augmentation = pass.augmentation {
        try pass.session.run(
          TestTimeAugmentation.picture(of: augmentation, image: image), into: output.outputs[index])
      } else {
        try pass.session.run(image, into: output.outputs[index])
      }
    }
  }
}

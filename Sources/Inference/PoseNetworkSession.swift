import Kapao

/// Runs a `PoseNetwork`, one image at a time.
package final class PoseNetworkSession: @unchecked Sendable {
  // @unchecked: used by one thread at a time; each inference worker has a session of its own.

  private let passes: [(augmentation: TestTimeAugmentation.Pass?, session: InferenceSession)]

  init(_ network: PoseNetwork) throws {
    passes = try network.passes.map { ($0.augmentation, try $0.network.makeSession()) }
  }

  /// Computes the raw output of a letterboxed image.
  ///
  /// - Throws: `InferenceError`.
  package func run(_ image: LetterboxedImage, into output: PoseNetworkOutput) throws {
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

/// The raw output of a `PoseNetwork` for one image, reused frame after frame.
package final class PoseNetworkOutput: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  private let network: PoseNetwork
  /// One set of grids for each pass.
  package let outputs: [HeadOutput]

  init(_ network: PoseNetwork) {
    self.network = network
    outputs = network.passes.map { HeadOutput(grids: $0.network.heads) }
  }

  /// The predictions of all passes, in pixels of the unaugmented input.
  package var predictions: AugmentedPredictions { predictions(isMirrored: false) }

  private func predictions(isMirrored: Bool) -> AugmentedPredictions {
    AugmentedPredictions(
      passes: zip(network.passes, outputs).map { pass, output in
        let transform = pass.augmentation.map {
          TestTimeAugmentation.transform(of: $0, input: network.inputSize)
        }
        return (
          output,
          transform
            ?? (isMirrored ? .mirrored(width: network.inputSize.width) : .identity)
        )
      },
      anchors: network.architecture.anchors, skeleton: network.skeleton)
  }

  /// The people, after suppression and fusion, in pixels of the source image, which was fitted by `letterbox`.
  package func poses(_ thresholds: Thresholds, letterbox: Letterbox, isMirrored: Bool = false) -> [Pose] {
    let predictions = predictions(isMirrored: isMirrored)
    return Fusion(thresholds: thresholds, letterbox: letterbox, keypointCount: network.skeleton.count)
      .poses(Detections(predictions, thresholds: thresholds), predictions: predictions)
  }
}

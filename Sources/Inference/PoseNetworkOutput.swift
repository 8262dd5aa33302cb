import Kapao

/// The raw output of a `PoseNetwork` for one image, reused frame after frame.
public final class PoseNetworkOutput: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  private let network: PoseNetwork
  /// One set of grids for each pass.
  public let outputs: [HeadOutput]

  init(_ network: PoseNetwork) {
    self.network = network
    outputs = network.passes.map { HeadOutput(grids: $0.network.heads) }
  }

  /// The predictions of all passes, in pixels of the unaugmented input.
  public var predictions: AugmentedPredictions {
    AugmentedPredictions(
      passes: zip(network.passes, outputs).map { pass, output in
        let transform = pass.augmentation.map {
          TestTimeAugmentation.transform(of: $0, input: network.inputSize)
        }
        return (output, transform ?? .identity)
      },
      anchors: network.architecture.anchors, skeleton: network.skeleton)
  }

  /// The people, after suppression and fusion, in pixels of the source image, which was fitted by `letterbox`.
  public func poses(_ thresholds: Thresholds, letterbox: Letterbox) -> [Pose] {
    let predictions = predictions
    return Fusion(thresholds: thresholds, letterbox: letterbox, keypointCount: network.skeleton.count)
      .poses(Detections(predictions, thresholds: thresholds), predictions: predictions)
  }
}

/// The passes of test-time augmentation taken as one set of predictions.
public struct AugmentedPredictions: PredictionSource {
  private let passes: [(first: Int32, decoder: HeadDecoder)]

  /// Joins the raw outputs of the passes, in their order.
  public init(
    passes: [(output: HeadOutput, transform: HeadDecoder.Transform)],
    anchors: [[Architecture.Anchor]], skeleton: Skeleton
  ) {
    var first: Int32 = 0
    self.passes = passes.map { pass in
      let decoder = HeadDecoder(
        output: pass.output, anchors: anchors, skeleton: skeleton, transform: pass.transform, firstPrediction: first)
      defer { first += decoder.predictionCount }
      return (first, decoder)
    }
  }

  /// Appends the predictions of all passes above the threshold.
  public func appendCandidates(above threshold: Float, to candidates: inout [Candidate]) {
    for pass in passes { pass.decoder.appendCandidates(above: threshold, to: &candidates) }
  }

  /// Position of a prediction's keypoint, mapped back to the unaugmented input.
  public func keypoint(_ keypoint: Int, of prediction: Int32) -> (x: Float, y: Float) {
    passes.last { $0.first <= prediction }!.decoder.keypoint(keypoint, of: prediction)
  }
}

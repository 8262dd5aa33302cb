/// Pose objects and keypoint objects of one image after non-maximum suppression, each in descending confidence.
public struct Detections: Hashable, Sendable {
  /// People.
  public var poseObjects: [Candidate]
  /// Keypoints, of classes 1…K.
  public var keypointObjects: [Candidate]

  /// Suppresses by the official code's two paths, which differ in their results.
  ///
  /// If both IoU thresholds are equal and τ_ck ≥ τ_cp, one pass finds both kinds, which share the cap of 300, and
  /// keypoint objects are filtered with ≥ τ_ck. Otherwise each kind has a pass, a confidence threshold and a cap of its
  /// own; a prediction's class is its best class in either pass.
  public init(_ predictions: some PredictionSource, thresholds: Thresholds) {
    let shared =
      thresholds.poseOverlap == thresholds.keypointOverlap
      && thresholds.keypointConfidence >= thresholds.poseConfidence
    var candidates: [Candidate] = []
    predictions.appendCandidates(
      above: shared
        ? thresholds.poseConfidence : min(thresholds.poseConfidence, thresholds.keypointConfidence),
      to: &candidates)
    if shared {
      let kept = NonMaximumSuppression.keep(candidates, overlap: thresholds.poseOverlap)
      poseObjects = kept.filter { $0.classIndex == 0 }
      keypointObjects = kept.filter { $0.classIndex > 0 && $0.confidence >= thresholds.keypointConfidence }
    } else {
      poseObjects = NonMaximumSuppression.keep(
        candidates.filter { $0.classIndex == 0 && $0.confidence > thresholds.poseConfidence },
        overlap: thresholds.poseOverlap)
      keypointObjects = NonMaximumSuppression.keep(
        candidates.filter { $0.classIndex > 0 && $0.confidence > thresholds.keypointConfidence },
        overlap: thresholds.keypointOverlap)
    }
  }
}

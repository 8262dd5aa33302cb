/// Named sets of thresholds.
public enum Preset: String, CaseIterable, Sendable {
  /// The official video demo's.
  case demo
  /// The official evaluation's (the paper's tables).
  case paper
  /// The demo's with τ_ck 0.01, keeping only keypoints that a keypoint object confirmed.
  case partial

  /// The preset's thresholds.
  public var thresholds: Thresholds {
    switch self {
    case .demo:
      Thresholds(
        poseConfidence: 0.5, poseOverlap: 0.45, keypointConfidence: 0.5, keypointOverlap: 0.45, fusionConfidence: 0.2,
        fusionDistance: 50)
    case .paper:
      Thresholds(
        poseConfidence: 0.001, poseOverlap: 0.65, keypointConfidence: 0.2, keypointOverlap: 0.25,
        fusionConfidence: 0.3, fusionDistance: 50)
    case .partial:
      Thresholds(
        poseConfidence: 0.5, poseOverlap: 0.45, keypointConfidence: 0.01, keypointOverlap: 0.45, fusionConfidence: 0.2,
        fusionDistance: 50, keypointObjectsOnly: true)
    }
  }
}

/// Named sets of thresholds: those of the paper and of its five video demos, and one of our own.
public enum Preset: String, CaseIterable, Sendable {
  /// The official video demo's.
  case demo
  /// The official evaluation's (the paper's tables).
  case paper
  /// The demo's with τ_ck 0.01, keeping only keypoints that a keypoint object confirmed.
  case partial
  /// For networks whose confidence in a person says little about the pose, such as the default model: people are scored by
  /// the keypoint objects that confirm them as well, and both have a say in where the keypoints are.
  case confirmed
  /// The demo of one person in a 480p video; white, with face.
  case shuffle
  /// The demo of a crowd in a 720p video; purple.
  case flashMob = "flash-mob"
  /// The demo of partial poses: as `partial`, white, with face.
  case redLight = "red-light"
  /// The squash demo: two players told apart, the crowd in grey.
  case squash
  /// The demo of a depth video; white, with face.
  case depth

  /// The preset's thresholds.
  public var thresholds: Thresholds {
    switch self {
    case .demo, .shuffle, .flashMob, .squash, .depth:
      Thresholds(
        poseConfidence: 0.5, poseOverlap: 0.45, keypointConfidence: 0.5, keypointOverlap: 0.45, fusionConfidence: 0.2,
        fusionDistance: 50)
    case .paper:
      Thresholds(
        poseConfidence: 0.001, poseOverlap: 0.65, keypointConfidence: 0.2, keypointOverlap: 0.25,
        fusionConfidence: 0.3, fusionDistance: 50)
    case .confirmed:
      Thresholds(
        poseConfidence: 0.2, poseOverlap: 0.45, keypointConfidence: 0.1, keypointOverlap: 0.45, fusionConfidence: 0.3,
        fusionDistance: 50, fusionWeight: 0.3, scoring: .keypoints)
    case .partial, .redLight:
      Thresholds(
        poseConfidence: 0.5, poseOverlap: 0.45, keypointConfidence: 0.01, keypointOverlap: 0.45, fusionConfidence: 0.2,
        fusionDistance: 50, keypointObjectsOnly: true)
    }
  }
}

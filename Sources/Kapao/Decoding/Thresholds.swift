/// The thresholds of non-maximum suppression and fusion, by their symbols in the paper (section 3.3 and Table 5).
public struct Thresholds: Hashable, Sendable {
  /// τ_cp: confidence that a pose object, and the score that a person, must exceed.
  public var poseConfidence: Float
  /// τ_bp: IoU above which the weaker of two pose objects is dropped.
  public var poseOverlap: Float
  /// τ_ck: confidence that a keypoint object must reach.
  public var keypointConfidence: Float
  /// τ_bk: IoU above which the weaker of two keypoint objects of one class is dropped.
  public var keypointOverlap: Float
  /// τ_fc: confidence that a pose object must exceed to take part in the fusion.
  public var fusionConfidence: Float
  /// τ_fd: distance in source pixels below which a keypoint object may be fused into a pose.
  public var fusionDistance: Float
  /// What the pose object's own keypoint weighs where a keypoint object is fused, as a multiple of its confidence: the
  /// fused keypoint is the mean of both weighed by their confidences. With 0 the keypoint object replaces it (Algorithm 1).
  package var fusionWeight: Float
  /// Whether keypoint objects are used at all.
  public var usesKeypointObjects: Bool
  /// Whether only keypoints that a keypoint object confirmed are drawn and exported (partial poses).
  public var keypointObjectsOnly: Bool
  /// What the score of a person is.
  package var scoring: PoseScoring
  /// How coordinates at the image border are treated.
  package var border: BorderRule

  /// All thresholds by name.
  package init(
    poseConfidence: Float, poseOverlap: Float, keypointConfidence: Float, keypointOverlap: Float,
    fusionConfidence: Float, fusionDistance: Float, fusionWeight: Float = 0,
    usesKeypointObjects: Bool = true, keypointObjectsOnly: Bool = false, scoring: PoseScoring = .pose,
    border: BorderRule = .natural
  ) {
    self.poseConfidence = poseConfidence
    self.poseOverlap = poseOverlap
    self.keypointConfidence = keypointConfidence
    self.keypointOverlap = keypointOverlap
    self.fusionConfidence = fusionConfidence
    self.fusionDistance = fusionDistance
    self.fusionWeight = fusionWeight
    self.usesKeypointObjects = usesKeypointObjects
    self.keypointObjectsOnly = keypointObjectsOnly
    self.scoring = scoring
    self.border = border
  }
}

/// What the score of a person is.
package enum PoseScoring: String, CaseIterable, Codable, Sendable {
  /// The pose object's confidence, as in the official code.
  case pose
  /// That weighed by the keypoint objects which confirm the pose: √(c · mean of c_k) with c the pose object's confidence
  /// and c_k the keypoints'. A pose object that is certain of a person may yet have the limbs wrong.
  case keypoints

  /// What a keypoint counts that no keypoint object confirms: people without any are still in an order.
  private static let unconfirmed: Float = 0.01

  /// The score of a pose whose own score is its pose object's confidence.
  func callAsFunction(_ pose: Pose) -> Float {
    switch self {
    case .pose: return pose.score
    case .keypoints:
      let sum = pose.keypoints.reduce(0) { $0 + max($1.confidence, Self.unconfirmed) }
      return (pose.score * sum / Float(pose.keypoints.count)).squareRoot()
    }
  }
}

/// How coordinates at the image border are treated.
package enum BorderRule: String, CaseIterable, Codable, Sendable {
  /// Only a person's box is clipped to the image; keypoints stay where the network puts them.
  case natural
  /// As the official code does: boxes clipped and rounded, the first two keypoints clipped, and keypoint objects clipped
  /// before their centre is taken, which drags keypoints at the border inwards.
  case official
}

/// Named sets of thresholds: those of the paper and of its five video demos, and one of our own.
public enum Preset: String, CaseIterable, Codable, Sendable {
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

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
  public var fusionWeight: Float
  /// Whether keypoint objects are used at all.
  public var usesKeypointObjects: Bool
  /// Whether only keypoints that a keypoint object confirmed are drawn and exported (partial poses).
  public var keypointObjectsOnly: Bool
  /// What the score of a person is.
  public var scoring: PoseScoring
  /// How coordinates at the image border are treated.
  public var border: BorderRule

  /// All thresholds by name.
  public init(
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

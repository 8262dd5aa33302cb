/// What the score of a person is.
public enum PoseScoring: String, CaseIterable, Sendable {
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

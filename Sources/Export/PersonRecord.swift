import Kapao

/// One person in one frame, as the exporters see it.
public struct PersonRecord: Hashable, Sendable {
  /// Box, score and keypoints in pixels of the source's upright picture.
  public var pose: Pose
  /// The identity that a tracker gave, or `nil` without tracking.
  public var trackID: Int?

  /// The pose as it was found, where `pose` has been smoothed; `nil` without smoothing and for a filled gap.
  public var raw: Pose?
  /// Whether nothing was found in this frame, and `pose` was put between those before and after.
  public var isFilled: Bool

  /// A person, with an identity if it was tracked.
  public init(pose: Pose, trackID: Int? = nil, raw: Pose? = nil, isFilled: Bool = false) {
    self.pose = pose
    self.trackID = trackID
    self.raw = raw
    self.isFilled = isFilled
  }
}

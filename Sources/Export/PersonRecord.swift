import Kapao

/// One person in one frame, as the exporters see it.
public struct PersonRecord: Hashable, Sendable {
  /// Box, score and keypoints in pixels of the source's upright picture.
  public var pose: Pose
  /// The identity that a tracker gave, or `nil` without tracking.
  public var trackID: Int?

  /// A person, with an identity if it was tracked.
  public init(pose: Pose, trackID: Int? = nil) {
    self.pose = pose
    self.trackID = trackID
  }
}

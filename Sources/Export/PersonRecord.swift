import Kapao

/// One person in one frame, as the exporters see it.
public struct PersonRecord: Hashable, Sendable {
  /// How a pose was come by; raw values are those of the native CSV's column `state`.
  public enum State: String, Sendable {
    /// Found in this frame.
    case detected
    /// Looked for and not found in this frame; put between those before and after.
    case filled
    /// Not looked for in this frame; put between those found before and after.
    case interpolated
    /// Not looked for in this frame; moved on, or back, from where the person was found.
    case predicted
  }

  /// Box, score and keypoints in pixels of the source's upright picture.
  public var pose: Pose
  /// The identity that a tracker gave, or `nil` without tracking.
  public var trackID: Int?

  /// The pose as it was found, where `pose` has been smoothed; `nil` without smoothing and where nothing was found.
  public var raw: Pose?
  /// How `pose` was come by.
  public var state: State

  /// A person, with an identity if it was tracked.
  public init(pose: Pose, trackID: Int? = nil, raw: Pose? = nil, state: State = .detected) {
    self.pose = pose
    self.trackID = trackID
    self.raw = raw
    self.state = state
  }
}

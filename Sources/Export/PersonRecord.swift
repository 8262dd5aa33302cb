import Analysis
import Kapao

/// One person in one frame, as the exporters see it.
public struct PersonRecord: Hashable, Sendable {
  /// How a pose was obtained; raw values are those of the native CSV's column `state`.
  public enum State: String, Sendable {
    /// Detected in this frame.
    case detected
    /// Not detected in this frame; interpolated between the detections before and after.
    case filled
    /// A frame without detection; interpolated between the detections before and after.
    case interpolated
    /// A frame without detection; extrapolated from the nearest detection.
    case predicted
  }

  /// Box, score and keypoints in pixels of the source's upright frame.
  public var pose: Pose
  /// The identity that a tracker gave, or `nil` without tracking.
  public var trackID: Int?

  /// The pose as it was found, where `pose` has been smoothed; `nil` without smoothing and where nothing was found.
  public var raw: Pose?
  /// How `pose` was obtained.
  public var state: State
  /// Where the person is on the court; `nil` without a court, and where the person is not on it.
  package var position: RunningMovement.State?

  /// A person, with an identity if it was tracked.
  public init(pose: Pose, trackID: Int? = nil, raw: Pose? = nil, state: State = .detected) {
    self.pose = pose
    self.trackID = trackID
    self.raw = raw
    self.state = state
  }
}

import Tracking
import VideoIO

/// A frame with its people and who they are.
struct TrackedVideoFrame: Sendable {
  let frame: VideoFrame
  let people: [TrackedPose]
  /// Whether people were looked for in it.
  let isDetected: Bool

  /// The people to show.
  var shown: [TrackedPose] { people.filter(\.isShown) }
}

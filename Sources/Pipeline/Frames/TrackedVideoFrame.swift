import Tracking
import VideoIO

/// A frame with its people and who they are.
struct TrackedVideoFrame: Sendable {
  let frame: VideoFrame
  let people: [TrackedPose]

  /// The people to show.
  var shown: [TrackedPose] { people.filter(\.isShown) }
}

import Kapao
import VideoIO

/// A frame with the people found in it.
struct PosedFrame: Sendable {
  let frame: VideoFrame
  /// `nil` for a frame that nobody looked at.
  let poses: [Pose]?
}

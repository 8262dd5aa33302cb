import Kapao
import VideoIO

/// A frame with the people found in it.
struct PosedFrame: Sendable {
  let frame: VideoFrame
  let poses: [Pose]
}

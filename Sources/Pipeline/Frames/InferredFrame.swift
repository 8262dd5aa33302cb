import Inference
import VideoIO

/// A frame with the raw output of the network.
struct InferredFrame: Sendable {
  let frame: VideoFrame
  /// `nil` for a frame that nobody looks at.
  let output: PoseNetworkOutput?
}

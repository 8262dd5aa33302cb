import VideoIO

/// A frame as the decoder gave it, upright, in 4:2:0.
struct DecodedFrame: Sendable {
  let frame: VideoFrame
}

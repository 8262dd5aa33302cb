import VideoIO

/// A decoded picture with the time of its arrival and its place on the stream's line of time.
struct ArrivedFrame: Sendable {
  let frame: VideoFrame
  /// Seconds of the monotonic clock.
  let arrival: Double
  /// Microseconds since the stream's start.
  let time: Int64
}

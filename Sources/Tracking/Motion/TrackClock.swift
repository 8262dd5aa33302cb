/// The time between frames, with what a stream's time stamps may do.
struct TrackClock: Hashable {
  /// What a frame's time means.
  enum Step: Hashable {
    /// The first frame.
    case first
    /// So many seconds after the frame before; 0 for a time that stands still, goes back a little or is no number.
    case forward(Double)
    /// The stream began anew: its time went back by more than `tolerance`.
    case restarted
  }

  /// Seconds by which time may go back without being a new beginning.
  static let tolerance = 0.5

  /// The last frame's time in seconds; it never goes back but by a new beginning.
  private(set) var now: Double?

  /// Takes a frame's time in seconds.
  mutating func advance(to time: Double) -> Step {
    guard time.isFinite else {
      if now == nil { now = 0 }
      return .forward(0)
    }
    guard let last = now else {
      now = time
      return .first
    }
    guard time < last - Self.tolerance else {
      now = max(time, last)
      return .forward(max(0, time - last))
    }
    now = time
    return .restarted
  }
}

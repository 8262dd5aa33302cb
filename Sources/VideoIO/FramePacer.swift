/// Says which frames are to be key frames: the first of each stretch of time.
package struct KeyFrameSchedule {
  private let interval: Int64?
  private var stretch: Int64?

  /// - Parameters:
  ///   - interval: The stretch in seconds; nil for no key frames but the encoder's own.
  ///   - timeBase: The unit of the frames' times.
  package init(interval: Double?, timeBase: Rational) {
    self.interval = interval.map { max(1, Int64($0 / timeBase.doubleValue)) }
  }

  /// Whether the frame at this time, which is later than the one before, is to be a key frame.
  package mutating func isDue(_ ticks: Int64) -> Bool {
    guard let interval else { return false }
    let now = Int64((Double(ticks) / Double(interval)).rounded(.down))
    defer { stretch = now }
    return now != stretch
  }
}

/// Chooses which frames an output of limited frame rate takes, and makes times that fell onto one tick increase.
package struct FramePacer {
  /// What limits the rate of an output.
  package enum Limit: Equatable, Sendable {
    /// Nothing: all frames are taken.
    case none
    /// Ticks are frames, all of which have to be there.
    case constantRate
    /// Ticks of 1/100 s, where players slow down gaps under two: of a video with more than 50 frames per second every
    /// second (third, …) frame is taken, unless its times show that the rate it claims is not its own.
    case gif(frameRate: Rational?)
  }

  private let limit: Limit
  private var stride: Int
  private var count = 0
  private var last: Int64?
  private var first: Int64?
  /// What is taken from all times of an output at a constant rate: a first frame that is less than a frame late is not.
  private var lead: Int64 = 0

  /// Frames that were left out because the output has no place for them, other than by the rule for GIF.
  package private(set) var dropped = 0

  /// Before the first frame.
  package init(_ limit: Limit) {
    self.limit = limit
    if case .gif(let rate) = limit {
      stride = max(1, Int(((rate?.doubleValue ?? 0) / 50 - 0.01).rounded(.up)))
    } else {
      stride = 1
    }
  }

  /// The times in the output of the next frame, whose own is `ticks`; `repeats` are those of the frame before that lie
  /// in between (of the frame itself if it is the first). Nil if the frame is left out.
  package mutating func admit(_ ticks: Int64) -> (repeats: Range<Int64>, time: Int64)? {
    defer { count += 1 }
    first = first ?? ticks
    // Times are rounded to ticks: three frames tell apart 50 frames per second and more.
    if stride > 1, let first, let span = Double(exactly: ticks &- first),
      span >= 2 * Double(count) + (count < 3 ? 0.5 : 0), count > 0
    {
      stride = 1
    }
    guard count % stride == 0 else { return nil }
    if limit == .constantRate, last == nil, ticks == 1 { lead = 1 }
    let ticks = ticks &- lead
    var time = ticks
    if let last {
      if case .gif = limit, ticks &- last < 2 { return nil }
      time = max(ticks, last &+ 1)
    }
    guard limit == .constantRate else {
      last = time
      return (time..<time, time)
    }
    // A frame may be a tick late, as where times are rounded, but no more.
    guard time <= ticks &+ 1 else {
      dropped += 1
      return nil
    }
    let next = last.map { $0 &+ 1 } ?? min(0, time)
    last = time
    return (next..<time, time)
  }

  /// The times until `end` at which the last frame is repeated.
  package mutating func finish(_ end: Int64) -> Range<Int64> {
    let end = end &- lead
    guard limit == .constantRate, let last, end > last &+ 1 else { return 0..<0 }
    self.last = end &- 1
    return (last &+ 1)..<end
  }
}

/// When frames of a source that comes in bursts (a file, HLS) are due.
package struct SourcePacer: Sendable {
  /// A source that is later than this starts anew.
  private static let patience = 1.0
  /// A gap longer than this is a jump.
  private static let longestGap = 10.0
  /// A frame is not shown for longer than this because of its duration alone.
  private static let longestShow = 1.0
  private var offset: Double?
  private var last = 0.0
  /// When the frame before has been shown for its duration.
  private var end = -Double.infinity

  package init() {}

  /// The time at which a frame is due. Where the stamps begin again, as those of a file that is read over and over, it
  /// is that at which the frame before is over.
  ///
  /// - Parameters:
  ///   - pts: Its stamp in seconds.
  ///   - duration: For how many seconds it is to be shown.
  ///   - now: The present time in seconds, of the same clock as what is returned.
  package mutating func due(_ pts: Double, lasting duration: Double, at now: Double) -> Double {
    var time = max(now, end)
    if let offset, pts > last, pts - last < Self.longestGap, now - (offset + pts) < Self.patience {
      time = offset + pts
    }
    offset = time - pts
    last = pts
    end = time + min(duration, Self.longestShow)
    return time
  }
}

/// Lets at most so many frames a second through, evenly.
package struct FrameGate: Sendable {
  private let interval: Double
  /// The frame that went through last, and when the one after it is due.
  private var last: (time: Double, next: Double)?

  /// - Parameter maximumRate: Frames a second; `nil` lets all through.
  package init(maximumRate: Double?) { interval = maximumRate.map { 1 / $0 } ?? 0 }

  /// Whether a frame at this time, in seconds, goes through.
  package mutating func admit(_ time: Double) -> Bool {
    guard interval > 0 else { return true }
    // A time that jumped back, or far ahead, begins anew.
    guard let last, time >= last.time, time - last.next <= interval else {
      last = (time, time + interval)
      return true
    }
    // A frame that comes a little early counts: sources are never quite even.
    guard time >= last.next - interval * 0.1 else { return false }
    self.last = (time, last.next + interval)
    return true
  }
}

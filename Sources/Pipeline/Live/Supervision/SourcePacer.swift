/// When pictures of a source that comes in bursts (a file, HLS) are due.
package struct SourcePacer: Sendable {
  /// A source that is later than this starts anew.
  private static let patience = 1.0
  /// A gap longer than this is a jump.
  private static let longestGap = 10.0
  /// A picture is not shown for longer than this because of its duration alone.
  private static let longestShow = 1.0
  private var offset: Double?
  private var last = 0.0
  /// When the picture before has been shown for its duration.
  private var end = -Double.infinity

  package init() {}

  /// The time at which a picture is due. Where the stamps begin again, as those of a file that is read over and over, it
  /// is that at which the picture before is over.
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

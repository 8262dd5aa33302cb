/// Joins the timelines of inputs that were put together from several recordings, where time jumps back in mid-stream
/// (MPEG-TS files after `cat`, HLS): what follows is shifted to go on where the stream had ended.
///
/// Gaps, that is jumps forward, are left as they are. All times are decoding times in microseconds.
package struct TimelineStitcher {
  private struct Stream {
    var shift: Int64
    var last: Int64?
  }

  /// A step back by more than this is a new recording, less is a fault of a single timestamp.
  private static let tolerance: Int64 = 1_000_000

  private var shift: Int64 = 0
  private var streams: [Int32: Stream] = [:]

  /// How often time jumped back.
  package private(set) var jumps = 0

  /// Before the first packet.
  package init() {}

  /// What has to be added to the timestamps of a packet. The first stream that jumps back decides for all: the others
  /// follow, each at its own first packet of the new recording.
  package mutating func shift(stream index: Int32, time: Int64?, duration: Int64) -> Int64 {
    var stream = streams[index] ?? Stream(shift: shift, last: nil)
    defer { streams[index] = stream }
    guard let time else { return stream.shift }
    if let last = stream.last, time &+ stream.shift < last &- Self.tolerance {
      let follows = stream.shift != shift && abs((time &+ shift) &- last) < 5 * Self.tolerance
      if !follows {
        shift = last &+ max(0, duration) &- time
        jumps += 1
      }
      stream.shift = shift
    }
    stream.last = time &+ stream.shift
    return stream.shift
  }

  /// Forgets everything: the reader has moved elsewhere.
  package mutating func reset() {
    self = TimelineStitcher()
  }
}

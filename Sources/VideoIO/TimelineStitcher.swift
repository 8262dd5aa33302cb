/// Joins the timelines of inputs that were put together from several recordings, or whose encoder was started again: where
/// time jumps (MPEG-TS files after `cat`, HLS, FLV), what follows is shifted to go on where the input had ended.
///
/// All times are in microseconds. The streams that lead, which are the video and the audio that goes with it, decide; a
/// jump is one that no stream takes part in: while audio goes on, a picture may stand for an hour.
package struct TimelineStitcher {
  /// A jump that was closed.
  package struct Jump: Equatable, Sendable {
    /// Where what follows goes on, in the joined time.
    package let time: Int64
    /// How far time jumped: forward if positive.
    package let distance: Int64

    package init(time: Int64, distance: Int64) {
      self.time = time
      self.distance = distance
    }
  }

  private struct Stream {
    var shift: Int64
    var last: Int64?
  }

  /// A step back by more than this is a new recording, less is a fault of single timestamps.
  private let backward: Int64
  /// A step forward by more than this is a gap to be closed; nil where gaps are meant.
  private let forward: Int64?
  /// How far apart streams may begin, and be interleaved.
  private static let interleaving: Int64 = 5_000_000

  private var streams: [Int32: Stream] = [:]
  /// Shifts that were in use, the newest last.
  private var shifts: [Int64] = [0]
  /// Where the streams that lead have got to.
  private var end: Int64?

  /// The jumps so far.
  package private(set) var jumps: [Jump] = []

  /// Before the first packet.
  ///
  /// - Parameter mayJump: Whether the container is one whose time may jump. In others only steps back by more than a
  ///   second are jumps, since there time never goes back, and gaps are as they should be.
  package init(mayJump: Bool) {
    backward = mayJump ? 100_000 : 1_000_000
    forward = mayJump ? 10_000_000 : nil
  }

  /// What has to be added to the timestamps of a packet. The first stream that jumps decides for all: the others follow,
  /// each at its own first packet behind the jump. A single packet with a wrong time is a jump, and the next one's back.
  package mutating func shift(
    stream index: Int32, dts: Int64?, pts: Int64? = nil, duration: Int64, leads: Bool = true
  ) -> Int64 {
    let newest = shifts[shifts.count - 1]
    var stream = streams[index] ?? Stream(shift: newest, last: nil)
    defer { streams[index] = stream }
    guard let time = dts else { return stream.shift }
    let tolerance = stream.last == nil || !leads ? Self.interleaving : backward
    if let reference = stream.last ?? end {
      let latest = max(reference, end ?? reference)
      let fits = { [forward] (shift: Int64) in
        time &+ shift >= reference &- tolerance && forward.map { time &+ shift <= latest &+ $0 } ?? true
      }
      if !fits(stream.shift) {
        if let known = shifts.lastIndex(where: fits) {
          stream.shift = shifts[known]
          if leads, known < shifts.count - 1, stream.last != nil { goBack(to: known) }
        } else if leads, stream.last != nil {
          let distance = (pts ?? time) &+ stream.shift &- latest
          stream.shift = latest &- (pts ?? time)
          jumps.append(Jump(time: latest, distance: distance))
          shifts = shifts.suffix(3) + [stream.shift]
        } else {
          stream.shift = newest
        }
      }
    }
    guard leads else { return stream.shift }
    stream.last = time &+ stream.shift
    end = max(end ?? .min, max(time, pts ?? time) &+ stream.shift &+ max(0, duration))
    return stream.shift
  }

  /// What was a jump was a single packet.
  private mutating func goBack(to known: Int) {
    shifts.append(shifts.remove(at: known))
    if !jumps.isEmpty { jumps.removeLast() }
  }
}

/// Makes the timestamps of decoded frames present and increasing, and leaves them alone where they are.
package struct TimestampRepair {
  private var last: (pts: Int64, duration: Int64)?
  private var sawTimestamp = false

  /// How many had to be invented or moved; those of streams that have none at all do not count.
  package private(set) var repaired = 0

  /// Before the first frame.
  package init() {}

  /// The timestamp of the next frame: `pts` where it is there and later than the one before, else the earliest that
  /// is possible: right after the frame before (no timestamp), or one tick later than it (not increasing).
  package mutating func next(pts: Int64?, duration: Int64) -> Int64 {
    let step = max(1, duration)
    let result: Int64
    switch (pts, last) {
    case (let pts?, let last?) where pts <= last.pts:
      result = last.pts &+ 1
      repaired += 1
    case (let pts?, _):
      result = pts
    case (nil, let last?):
      result = last.pts &+ max(1, last.duration)
      if sawTimestamp { repaired += 1 }
    case (nil, nil):
      result = 0
    }
    sawTimestamp = sawTimestamp || pts != nil
    last = (result, step)
    return result
  }

  /// Forgets the frame before: the reader has moved elsewhere.
  package mutating func reset() {
    self = TimestampRepair()
  }
}

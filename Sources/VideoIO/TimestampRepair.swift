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

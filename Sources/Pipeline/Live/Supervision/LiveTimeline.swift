/// Puts the time stamps of many connections on one line of time that never goes back.
///
/// Each connection counts from a beginning of its own. The first frame of a connection is placed at the time of its
/// arrival, the others follow at the source's own distances. Where the source's stamps and the arrivals drift apart by
/// more than the tolerance, or the stamps go back, the line continues from the arrival; where they stand still, arrivals
/// replace them. One stamp alone that is not later than the one before does no harm. All times are microseconds; arrivals
/// count from the stream's start.
package struct LiveTimeline: Sendable {
  /// Apart by more than this, slow drift between the source's clock and ours is corrected.
  private static let slack: Int64 = 100_000
  private let tolerance: Int64
  private var generation = 0
  private var offset: Int64 = 0
  private var last: Int64 = -1
  /// The stamp before.
  private var previous: Int64 = 0
  /// How many stamps in a row were not later than the one before.
  private var stalled = 0

  /// How often a connection's stamps could not be followed.
  package private(set) var jumps = 0

  package init(tolerance: Int64 = 1_000_000) { self.tolerance = tolerance }

  /// What has to be added to the stamps of a connection; `nil` before its first frame.
  package func shift(generation: Int) -> Int64? { generation == self.generation ? offset : nil }

  /// The place of a frame with the stamp `source` that arrived at `arrival`.
  package mutating func place(generation: Int, source: Int64, arrival: Int64) -> Int64 {
    defer { previous = source }
    if generation != self.generation {
      self.generation = generation
      offset = arrival &- source
      stalled = 0
      return advance(to: arrival)
    }
    let apart = arrival &- (source &+ offset)
    let isFar = apart.magnitude > tolerance
    if source == previous, stalled > 0 || isFar {
      // The audio's stamps may well go on: the shift stays as it is.
      if stalled < 2 { jumps += 1 }
      stalled = 2
      return advance(to: arrival)
    }
    if source <= previous, previous &- source <= Self.slack, stalled == 0, !isFar {
      stalled = 1
      return advance(to: last)
    }
    if isFar {
      jumps += 1
      offset = arrival &- source
    } else if source <= previous || stalled > 0 && source &+ offset <= last {
      jumps += 1
      offset = max(arrival, last + 1) &- source
    } else if apart.magnitude > Self.slack {
      offset &+= apart / 256
    }
    stalled = 0
    return advance(to: source &+ offset)
  }

  /// The line goes on to this time, or as little as it can.
  private mutating func advance(to time: Int64) -> Int64 {
    last = max(time, last + 1)
    return last
  }
}

/// Events a second over the last few seconds; it falls to 0 when nothing comes any more.
package struct LiveRate: Sendable {
  private static let span = 5.0
  private var times: [Double] = []

  package init() {}

  /// Adds an event.
  package mutating func add(_ now: Double) {
    times.append(now)
    if times.count > 1024 { times.removeFirst(512) }
  }

  /// Events a second up to `now`.
  package mutating func value(at now: Double) -> Double {
    if let first = times.firstIndex(where: { now - $0 <= Self.span }) {
      times.removeFirst(first)
    } else {
      times.removeAll()
    }
    guard times.count > 1, let first = times.first, let last = times.last, last > first else { return 0 }
    // A gap that is longer than usual counts, so that the rate sinks while nothing comes.
    let usual = (last - first) / Double(times.count - 1)
    return Double(times.count - 1) / (max(last, now - 2 * usual) - first)
  }
}

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

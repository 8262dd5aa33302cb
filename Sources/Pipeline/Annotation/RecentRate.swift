/// Events a second over the last thirty events.
struct RecentRate {
  private static let window = 30
  private var times: [Double] = []

  /// Adds an event at a time in seconds; returns the rate, 0 for the first.
  mutating func add(_ time: Double) -> Double {
    times.append(time)
    if times.count > Self.window { times.removeFirst() }
    let span = time - times[0]
    return span > 0 ? Double(times.count - 1) / span : 0
  }
}

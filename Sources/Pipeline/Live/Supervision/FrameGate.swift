/// Lets at most so many pictures a second through, evenly.
package struct FrameGate: Sendable {
  private let interval: Double
  private var next: Double?

  /// - Parameter maximumRate: Pictures a second; `nil` lets all through.
  package init(maximumRate: Double?) { interval = maximumRate.map { 1 / $0 } ?? 0 }

  /// Whether a picture at this time, in seconds, goes through.
  package mutating func admit(_ time: Double) -> Bool {
    guard interval > 0 else { return true }
    // A picture that comes a little early counts: sources are never quite even.
    if let next, time < next - interval * 0.1, next - time <= interval { return false }
    let due = next ?? time
    next = time - due > interval || time < due - interval ? time + interval : due + interval
    return true
  }
}

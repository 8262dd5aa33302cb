/// Lets at most so many pictures a second through, evenly.
package struct FrameGate: Sendable {
  private let interval: Double
  /// The picture that went through last, and when the one after it is due.
  private var last: (time: Double, next: Double)?

  /// - Parameter maximumRate: Pictures a second; `nil` lets all through.
  package init(maximumRate: Double?) { interval = maximumRate.map { 1 / $0 } ?? 0 }

  /// Whether a picture at this time, in seconds, goes through.
  package mutating func admit(_ time: Double) -> Bool {
    guard interval > 0 else { return true }
    // A time that jumped back, or far ahead, begins anew.
    guard let last, time >= last.time, time - last.next <= interval else {
      last = (time, time + interval)
      return true
    }
    // A picture that comes a little early counts: sources are never quite even.
    guard time >= last.next - interval * 0.1 else { return false }
    self.last = (time, last.next + interval)
    return true
  }
}

/// How long to wait before the next attempt: short at first, longer the more attempts have failed in a row.
///
/// One second for the first five attempts, five up to the tenth, ten up to the twentieth, then sixty; each moved by up
/// to a fifth at random, so that many streams of one server do not come back at the same moment.
package struct BackOff: Hashable, Sendable {
  private static let steps: [(attempts: Int, seconds: Double)] = [(5, 1), (10, 5), (20, 10)]
  private static let longest = 60.0

  /// Attempts that failed in a row.
  package private(set) var failures = 0

  package init() {}

  /// Counts a failed attempt; the seconds to wait before the next.
  ///
  /// - Parameter random: From 0 to 1; one half is no jitter.
  package mutating func next(random: Double) -> Double {
    let base = Self.steps.first { failures < $0.attempts }?.seconds ?? Self.longest
    failures += 1
    return base * (0.8 + 0.4 * min(1, max(0, random)))
  }

  /// The next wait is the shortest again.
  package mutating func reset() { failures = 0 }
}

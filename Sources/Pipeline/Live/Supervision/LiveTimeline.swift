/// Puts the time stamps of many connections on one line of time that never goes back.
///
/// Each connection counts from a beginning of its own. The first picture of a connection is placed at the time of its
/// arrival, the others follow at the source's own distances. Where the source's stamps and the arrivals drift apart by
/// more than the tolerance (stamps that jump, stand still or restart), the line continues from the arrival. All times
/// are microseconds; arrivals count from the stream's start.
package struct LiveTimeline: Sendable {
  /// Apart by more than this, slow drift between the source's clock and ours is corrected.
  private static let slack: Int64 = 100_000
  private let tolerance: Int64
  private var generation = 0
  private var offset: Int64 = 0
  private var last: Int64 = -1

  /// How often a connection's stamps could not be followed.
  package private(set) var jumps = 0

  package init(tolerance: Int64 = 1_000_000) { self.tolerance = tolerance }

  /// What has to be added to the stamps of a connection; `nil` before its first picture.
  package func shift(generation: Int) -> Int64? { generation == self.generation ? offset : nil }

  /// The place of a picture with the stamp `source` that arrived at `arrival`.
  package mutating func place(generation: Int, source: Int64, arrival: Int64) -> Int64 {
    if generation != self.generation {
      self.generation = generation
      offset = arrival &- source
    }
    var apart = arrival &- (source &+ offset)
    if abs(apart) > tolerance {
      jumps += 1
      offset = arrival &- source
      apart = 0
    } else if abs(apart) > Self.slack {
      offset += apart / 256
    }
    last = max(source &+ offset, last + 1)
    return last
  }
}

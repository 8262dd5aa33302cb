/// When pictures of a source that comes in bursts (a file, HLS) are due.
package struct SourcePacer: Sendable {
  /// A source that is later than this starts anew.
  private static let patience = 1.0
  /// A gap longer than this is a jump.
  private static let longestGap = 10.0
  private var offset: Double?
  private var last = 0.0

  package init() {}

  /// The time at which a picture is due; both in seconds.
  package mutating func due(_ pts: Double, at now: Double) -> Double {
    let planned = offset.map { $0 + pts }
    guard let planned, now - planned < Self.patience, pts >= last, pts - last < Self.longestGap else {
      offset = now - pts
      last = pts
      return now
    }
    last = pts
    return planned
  }
}

/// Who a person is, from one frame to the next.
package enum PersonIdentity: Hashable, Comparable, Sendable {
  /// The identity that a tracker gave.
  case track(Int)
  /// Without tracking: the rank by score in the frame, from 0, which may be someone else in every frame.
  case rank(Int)

  /// For example `track3` or `rank0`.
  package var name: String {
    switch self {
    case .track(let number): "track\(number)"
    case .rank(let number): "rank\(number)"
    }
  }

  /// The track or the rank.
  package var number: Int {
    switch self {
    case .track(let number), .rank(let number): number
    }
  }
}

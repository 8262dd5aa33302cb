/// Who is player 1, who player 2, … at the beginning.
public enum PlayerOrder: String, CaseIterable, Sendable {
  /// The leftmost is player 1.
  case leftToRight = "left-to-right"
  /// The uppermost is player 1: on a court seen from its end, the one farthest away.
  case topToBottom = "top-to-bottom"
  /// The largest is player 1.
  case largest
}

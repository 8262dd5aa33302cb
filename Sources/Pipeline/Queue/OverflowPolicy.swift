/// What a full queue does with one more element.
public enum OverflowPolicy: Sendable {
  /// The sender waits: every element, in order (files).
  case block
  /// The oldest element gives way and is counted: the latest wins (live).
  case dropOldest
}

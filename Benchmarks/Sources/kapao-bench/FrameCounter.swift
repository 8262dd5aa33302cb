/// Counts down frames, for one stage.
final class FrameCounter: @unchecked Sendable {
  // @unchecked: used by one stage only.

  private var left: Int

  init(_ count: Int) { left = count }

  /// Whether there is another frame.
  func next() -> Bool {
    left -= 1
    return left >= 0
  }
}

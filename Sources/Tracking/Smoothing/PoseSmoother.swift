/// Smooths tracked poses over time. One smoother belongs to one stream.
///
/// Only poses with an identity are smoothed; what was found stays in `TrackedPose.raw`.
public protocol PoseSmoother: Sendable {
  /// Takes a frame and gives those that are done: every frame comes out once, in order.
  mutating func update(_ frame: TrackedFrame) -> [TrackedFrame]

  /// The frames that are still in, at the end of the stream.
  mutating func finish() -> [TrackedFrame]
}

/// Whether a source is away, so that the outputs are to say so: nothing has come from it for longer than usual.
///
/// What the stream makes of the frames, how many and how fast, has no part in it. Times are seconds of one monotonic
/// clock.
package struct SourcePresence: Sendable {
  /// Without a frame for so long a source is away, unless its frames are far apart.
  package static let patience = 1.5
  private var last: Double
  /// From a connection's last frame but one to its last; infinite while there is but one.
  private var distance = Double.infinity

  /// - Parameter start: When the source was first waited for.
  package init(start: Double) { last = start }

  /// A frame has come.
  ///
  /// - Parameter isFirst: Whether it is its connection's first.
  package mutating func arrived(at now: Double, isFirst: Bool) {
    distance = isFirst ? .infinity : now - last
    last = now
  }

  /// Whether the source is away.
  ///
  /// - Parameter isStreaming: Whether there is a connection that gives frames. Where it has given one only, it is the
  ///   supervisor that finds out that no other follows.
  package func isAway(at now: Double, isStreaming: Bool) -> Bool {
    now - last > (isStreaming ? max(Self.patience, 2 * distance) : Self.patience)
  }
}

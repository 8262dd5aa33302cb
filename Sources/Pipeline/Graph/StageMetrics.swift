/// What a stage has done so far.
public struct StageMetrics: Hashable, Sendable {
  /// The stage's name.
  public let name: String
  /// Elements worked on.
  public var elements = 0
  /// Seconds of work, over all workers; waiting is not counted.
  public var busy = 0.0
  /// Workers at the same time.
  public let workers: Int
}

/// How measurements are distributed, in seconds.
public struct Distribution: Hashable, Sendable, Codable {
  /// Half of them are below.
  public let p50: Double
  /// Nineteen of twenty are below.
  public let p95: Double
  /// The largest.
  public let maximum: Double
}

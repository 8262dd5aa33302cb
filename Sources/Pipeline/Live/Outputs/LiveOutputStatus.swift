/// How an output of a stream is doing.
public struct LiveOutputStatus: Hashable, Sendable, Codable {
  /// What it is, without credentials.
  public var name: String
  /// Whether it can be written to.
  public var isOpen: Bool
  /// Pictures or records written.
  public var written: Int
  /// Pictures or records that it was too slow for, or that came while it could not be written to.
  public var dropped: Int
  /// How often it failed.
  public var failures: Int
  /// What was wrong last, without credentials.
  public var lastError: String?
}

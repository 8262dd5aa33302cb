/// Why poses could not be published.
public struct MQTTError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The broker, without credentials.
  public let broker: String
  /// What is wrong.
  public let reason: String

  /// One line.
  public var description: String { "cannot publish to \(broker): \(reason)" }
}

/// Everything that is wrong in a configuration file.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The problems, in the order of the file.
  public let problems: [ConfigurationProblem]

  /// One problem a line.
  public var description: String {
    problems.map { "\(path): \($0)" }.joined(separator: "\n")
  }
}

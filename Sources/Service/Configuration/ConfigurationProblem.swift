/// One thing that is wrong in a configuration file.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1; `nil` where the problem has no place.
  public let line: Int?
  /// The field, such as `streams.court1.max_fps`; empty for the file as a whole.
  public let field: String
  /// What is wrong.
  public let message: String

  /// For example `line 12: streams.court1.max_fps: must be a number above 0`.
  public var description: String {
    [line.map { "line \($0)" }, field.isEmpty ? nil : field, message].compactMap { $0 }.joined(separator: ": ")
  }
}

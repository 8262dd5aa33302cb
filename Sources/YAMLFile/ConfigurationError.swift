/// Everything that is wrong in a configuration file.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let path: String
  /// The problems, in the order of the file.
  package let problems: [ConfigurationProblem]

  package init(path: String, problems: [ConfigurationProblem]) {
    self.path = path
    self.problems = problems.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
  }

  /// One problem with a file as a whole.
  package init(path: String, _ message: String) {
    self.init(path: path, problems: [ConfigurationProblem(line: nil, field: "", message: message)])
  }

  /// One problem a line.
  package var description: String {
    problems.map { "\(path): \($0)" }.joined(separator: "\n")
  }
}

/// One thing that is wrong in a configuration file.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1; `nil` where the problem has no place.
  package let line: Int?
  /// The field, such as `streams.court1.max_fps`; empty for the file as a whole.
  package let field: String
  /// What is wrong.
  package let message: String

  package init(line: Int?, field: String, message: String) {
    self.line = line
    self.field = field
    self.message = message
  }

  /// For example `line 12: streams.court1.max_fps: must be a number above 0`.
  package var description: String {
    [line.map { "line \($0)" }, field.isEmpty ? nil : field, message].compactMap { $0 }.joined(separator: ": ")
  }
}

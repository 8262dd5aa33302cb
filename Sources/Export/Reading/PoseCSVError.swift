/// Why a native CSV could not be read.
public struct PoseCSVError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as the user named it; `-` is standard input.
  public let path: String
  /// The line, from 1; `nil` where the whole file is meant.
  public let line: Int?
  /// The column's name; `nil` where the whole line is meant.
  public let column: String?
  /// What is wrong, in a few words.
  public let reason: String

  /// An error in a file.
  public init(path: String, line: Int? = nil, column: String? = nil, reason: String) {
    self.path = path
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// For example `poses.csv, line 12, column nose_x: "12,5" is no number`.
  public var description: String {
    var place = path == "-" ? "standard input" : path
    if let line { place += ", line \(line)" }
    if let column { place += ", column \(column)" }
    return "\(place): \(reason)"
  }
}

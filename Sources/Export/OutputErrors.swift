/// Several outputs of one run that failed.
public struct OutputErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened to each, in one line that names it.
  public let reasons: [String]

  /// One error for many: `nil` for none, and a single one as it is.
  public static func joined(_ errors: [any Error]) -> (any Error)? {
    errors.count > 1 ? OutputErrors(reasons: errors.map { "\($0)" }) : errors.first
  }

  /// For example `cannot write a.csv: No space left on device; cannot write b.json: No space left on device`.
  public var description: String { reasons.joined(separator: "; ") }
}

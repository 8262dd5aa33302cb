import Foundation

/// Why an output could not be written.
package struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was attempted.
  package enum Operation: String, Sendable {
    /// Opening or creating the output.
    case create
    /// Writing to it, or completing it.
    case write
    /// Giving the completed output its final name.
    case rename
  }

  /// What was attempted.
  package let operation: Operation
  /// The output, as the user named it; `-` is standard output.
  package let path: String
  /// The system's error number.
  package let code: Int32
  /// What the format has against it, where it is not the system that refuses.
  package let detail: String?

  /// An error of the system.
  package init(_ operation: Operation, path: String, code: Int32) {
    self.init(operation, path: path, code: code, detail: nil)
  }

  /// Frames that cannot be written in the output's format.
  package init(_ operation: Operation, path: String, detail: String) {
    self.init(operation, path: path, code: EINVAL, detail: detail)
  }

  private init(_ operation: Operation, path: String, code: Int32, detail: String?) {
    self.operation = operation
    self.path = path
    self.code = code
    self.detail = detail
  }

  /// For example `cannot write poses.csv: No space left on device`.
  package var description: String {
    "cannot \(operation.rawValue) \(path == "-" ? "standard output" : path): "
      + (detail ?? String(cString: strerror(code)))
  }
}

/// Several outputs of one run that failed.
package struct OutputErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened to each, in one line that names it.
  package let reasons: [String]

  /// One error for many: `nil` for none, and a single one as it is.
  package static func joined(_ errors: [any Error]) -> (any Error)? {
    errors.count > 1 ? OutputErrors(reasons: errors.map { "\($0)" }) : errors.first
  }

  /// For example `cannot write a.csv: No space left on device; cannot write b.json: No space left on device`.
  package var description: String { reasons.joined(separator: "; ") }
}

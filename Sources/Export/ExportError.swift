import Foundation

/// Why an output could not be written.
public struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was attempted.
  public enum Operation: String, Sendable {
    /// Opening or creating the output.
    case create
    /// Writing to it, or completing it.
    case write
    /// Giving the completed output its final name.
    case rename
  }

  /// What was attempted.
  public let operation: Operation
  /// The output, as the user named it; `-` is standard output.
  public let path: String
  /// The system's error number.
  public let code: Int32
  /// What the format has against it, where it is not the system that refuses.
  public let detail: String?

  /// An error of the system.
  public init(_ operation: Operation, path: String, code: Int32) {
    self.init(operation, path: path, code: code, detail: nil)
  }

  /// Frames that cannot be written in the output's format.
  public init(_ operation: Operation, path: String, detail: String) {
    self.init(operation, path: path, code: EINVAL, detail: detail)
  }

  private init(_ operation: Operation, path: String, code: Int32, detail: String?) {
    self.operation = operation
    self.path = path
    self.code = code
    self.detail = detail
  }

  /// For example `cannot write poses.csv: No space left on device`.
  public var description: String {
    "cannot \(operation.rawValue) \(path == "-" ? "standard output" : path): "
      + (detail ?? String(cString: strerror(code)))
  }
}

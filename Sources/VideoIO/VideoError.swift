/// What went wrong with a video input or output: the operation, the file or URL, libav's code and its last log line.
public struct VideoError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What a caller should make of the error.
  public enum Kind: Hashable, Sendable {
    /// The input cannot be used; trying again is useless (exit code 3).
    case unusableInput
    /// Trying again later may help (exit code 4).
    case transient
    /// The output could not be written (exit code 5).
    case outputFailed
    /// ``VideoReader/cancel()`` ended the operation.
    case cancelled
  }

  /// The step that failed, as a verb: `open`, `read`, `decode`, `write`.
  public let operation: String
  /// The file or URL, without credentials.
  public let input: String
  /// libav's code; ``AVErrorCode/none`` where libav reported no error.
  public let code: AVErrorCode
  /// libav's last log line of the operation, or a plain sentence that says more than the code; without credentials.
  public let detail: String?
  /// What a caller should make of it.
  public let kind: Kind

  /// An error of `operation` on `input`. Credentials in `input` and `detail` are removed. Without a `kind` the code
  /// tells unusable input from transient failure.
  public init(operation: String, input: String, code: AVErrorCode, detail: String? = nil, kind: Kind? = nil) {
    self.operation = operation
    self.input = Redaction.redact(input)
    self.code = code
    self.detail = detail.map(Redaction.redact)
    self.kind = kind ?? (code == .exit ? .cancelled : code.isTransient ? .transient : .unusableInput)
  }

  /// One line, for example `cannot open clip.mp4: moov atom not found (Invalid data found when processing input)`.
  public var description: String {
    guard let detail, detail != code.description else { return "cannot \(operation) \(input): \(code)" }
    if code == .none { return "cannot \(operation) \(input): \(detail)" }
    return "cannot \(operation) \(input): \(detail) (\(code))"
  }
}

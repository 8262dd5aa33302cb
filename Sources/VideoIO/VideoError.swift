import CFFmpeg
import Support

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
  package let code: AVErrorCode
  /// libav's last log line of the operation, or a plain sentence that says more than the code; without credentials.
  package let detail: String?
  /// What a caller should make of it.
  public let kind: Kind

  /// An error of `operation` on `input`. Credentials in `input` and `detail` are removed. Without a `kind` the code
  /// tells unusable input from transient failure.
  package init(operation: String, input: String, code: AVErrorCode, detail: String? = nil, kind: Kind? = nil) {
    self.operation = operation
    self.input = Redaction.shown(input)
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

extension VideoError {
  /// Runs one libav* call and turns a negative result into an error with the call's last log line.
  @discardableResult
  static func check(
    _ operation: String, _ input: String, kind: Kind? = nil, _ call: () -> Int32
  ) throws(VideoError) -> Int32 {
    let (result, line) = LibavLog.recordingLastLine(of: call)
    guard result < 0 else { return result }
    throw VideoError(
      operation: operation, input: input, code: AVErrorCode(rawValue: result), detail: line, kind: kind)
  }

  /// The pointer that an allocating libav* call gave, or an out-of-memory error where it gave none.
  static func allocated<T>(_ pointer: UnsafeMutablePointer<T>?, _ input: String) throws(VideoError)
    -> UnsafeMutablePointer<T>
  {
    guard let pointer else { throw VideoError(operation: "use", input: input, code: .outOfMemory) }
    return pointer
  }
}

/// A negative AVERROR code of libav*. The set is open: any number that a libav* function returns is a value.
package struct AVErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number as libav* returned it.
  package let rawValue: Int32

  /// Any code.
  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// No error of libav's.
  package static let none = AVErrorCode(rawValue: 0)
  /// The end of a file or stream.
  package static let endOfFile = AVErrorCode(rawValue: cffmpeg_error_eof())
  /// Stopped by the interrupt callback.
  package static let exit = AVErrorCode(rawValue: cffmpeg_error_exit())
  /// Data that cannot be what it claims to be.
  package static let invalidData = AVErrorCode(rawValue: cffmpeg_error_invalid_data())
  /// The wanted stream is not there.
  package static let streamNotFound = AVErrorCode(rawValue: cffmpeg_error_stream_not_found())
  /// No decoder for the stream.
  package static let decoderNotFound = AVErrorCode(rawValue: cffmpeg_error_decoder_not_found())
  /// No encoder of that name.
  package static let encoderNotFound = AVErrorCode(rawValue: cffmpeg_error_encoder_not_found())
  /// No input format of that name.
  package static let demuxerNotFound = AVErrorCode(rawValue: cffmpeg_error_demuxer_not_found())
  /// No output format of that name or file extension.
  package static let muxerNotFound = AVErrorCode(rawValue: cffmpeg_error_muxer_not_found())
  /// No filter of that name.
  package static let filterNotFound = AVErrorCode(rawValue: cffmpeg_error_filter_not_found())
  /// An option that nothing understood.
  package static let optionNotFound = AVErrorCode(rawValue: cffmpeg_error_option_not_found())
  /// A network wait that took longer than allowed.
  package static let timedOut = AVErrorCode(errno: ETIMEDOUT)
  /// Memory ran out.
  package static let outOfMemory = AVErrorCode(errno: ENOMEM)
  /// More input is needed, or output has to be taken first.
  static let again = AVErrorCode(errno: EAGAIN)

  /// The code of a system error number such as `ENOENT`.
  package init(errno number: Int32) {
    rawValue = cffmpeg_error(number)
  }

  /// libav's text, for example `No such file or directory`.
  public var description: String {
    var text = [CChar](repeating: 0, count: 128)
    av_strerror(rawValue, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Whether trying again later may help: the network, a busy resource, a server that failed.
  package var isTransient: Bool {
    let numbers = [
      ETIMEDOUT, ECONNREFUSED, ECONNRESET, ECONNABORTED, EPIPE, EHOSTUNREACH, ENETUNREACH, ENETDOWN, ENOTCONN, EIO,
      ENOMEM, EMFILE, ENFILE, EBUSY, EAGAIN,
    ]
    return rawValue == cffmpeg_error_http_server() || numbers.contains { rawValue == cffmpeg_error($0) }
  }
}

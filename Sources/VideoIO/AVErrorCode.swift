import CFFmpeg

/// A negative AVERROR code of libav*. The set is open: any number that a libav* function returns is a value.
public struct AVErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number as libav* returned it.
  public let rawValue: Int32

  /// Any code.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// No error of libav's.
  public static let none = AVErrorCode(rawValue: 0)
  /// The end of a file or stream.
  public static let endOfFile = AVErrorCode(rawValue: cffmpeg_error_eof())
  /// Stopped by the interrupt callback.
  public static let exit = AVErrorCode(rawValue: cffmpeg_error_exit())
  /// Data that cannot be what it claims to be.
  public static let invalidData = AVErrorCode(rawValue: cffmpeg_error_invalid_data())
  /// The wanted stream is not there.
  public static let streamNotFound = AVErrorCode(rawValue: cffmpeg_error_stream_not_found())
  /// No decoder for the stream.
  public static let decoderNotFound = AVErrorCode(rawValue: cffmpeg_error_decoder_not_found())
  /// No encoder of that name.
  public static let encoderNotFound = AVErrorCode(rawValue: cffmpeg_error_encoder_not_found())
  /// No input format of that name.
  public static let demuxerNotFound = AVErrorCode(rawValue: cffmpeg_error_demuxer_not_found())
  /// No output format of that name or file extension.
  public static let muxerNotFound = AVErrorCode(rawValue: cffmpeg_error_muxer_not_found())
  /// An option that nothing understood.
  public static let optionNotFound = AVErrorCode(rawValue: cffmpeg_error_option_not_found())
  /// A network wait that took longer than allowed.
  public static let timedOut = AVErrorCode(errno: ETIMEDOUT)
  /// Memory ran out.
  public static let outOfMemory = AVErrorCode(errno: ENOMEM)
  /// More input is needed, or output has to be taken first.
  static let again = AVErrorCode(errno: EAGAIN)

  /// The code of a system error number such as `ENOENT`.
  public init(errno number: Int32) {
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

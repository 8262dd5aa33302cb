import CFFmpeg
import Foundation

/// Owns an opened input: finds its streams, reads its packets, seeks in it.
final class Demuxer {
  let context: UnsafeMutablePointer<AVFormatContext>
  let input: String
  private let interrupter: Interrupter
  private var isOpen = true

  /// Opens `input` and looks at its streams. Options that the input does not know stay in `options`.
  init(_ input: String, format: String?, options: LibavOptions, interrupter: Interrupter) throws(VideoError) {
    LibavLog.install()
    _ = Self.devicesRegistered
    self.input = input
    self.interrupter = interrupter
    var inputFormat: UnsafePointer<AVInputFormat>?
    if let format {
      inputFormat = av_find_input_format(format)
      guard inputFormat != nil else {
        throw VideoError(
          operation: "open", input: input, code: .demuxerNotFound, detail: "unknown input format '\(format)'")
      }
    }
    var context = avformat_alloc_context()
    context?.pointee.interrupt_callback = interrupter.callback
    interrupter.begin()
    defer { interrupter.end() }
    do {
      try VideoError.check("open", input) {
        options.withNative { avformat_open_input(&context, Self.url(input, hasFormat: format != nil), inputFormat, $0) }
      }
      try VideoError.check("open", input) { avformat_find_stream_info(context, nil) }
      self.context = try VideoError.allocated(context, input)
    } catch {
      avformat_close_input(&context)
      if interrupter.isCancelled { throw VideoError(operation: "open", input: input, code: .exit, kind: .cancelled) }
      throw interrupter.hasTimedOut
        ? VideoError(operation: "open", input: input, code: .timedOut, kind: .transient) : error
    }
  }

  deinit { close() }

  /// Closes the input; further calls do nothing.
  func close() {
    guard isOpen else { return }
    isOpen = false
    var context: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&context)
  }

  private static let devicesRegistered: Void = avdevice_register_all()

  /// What libavformat is given for `input`: `-` is standard input, and a colon in a file's name makes no protocol.
  private static func url(_ input: String, hasFormat: Bool) -> String {
    if input == "-" { return "pipe:0" }
    guard !hasFormat, input.contains(":"), FileManager.default.fileExists(atPath: input) else { return input }
    return "file:" + input
  }

  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
  }

  /// The stream to decode: the wanted one, or the best that is no attached picture.
  func videoStream(_ wanted: Int?) throws(VideoError) -> UnsafeMutablePointer<AVStream> {
    let videos = streams.filter { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
    let moving = videos.filter { $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0 }
    if let wanted {
      if let stream = videos.first(where: { Int($0.pointee.index) == wanted }) { return stream }
    } else {
      let best = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
      if let stream = moving.first(where: { $0.pointee.index == best }) ?? moving.first { return stream }
    }
    let detail =
      wanted.map { "stream \($0) is not a video stream" }
      ?? (videos.isEmpty ? "no video stream" : "no video stream, only an attached picture")
    throw VideoError(operation: "open", input: input, code: .streamNotFound, detail: detail, kind: .unusableInput)
  }

  /// Reads the next packet; false at the end.
  func read(_ packet: UnsafeMutablePointer<AVPacket>) throws(VideoError) -> Bool {
    interrupter.begin()
    defer { interrupter.end() }
    var (result, line) = LibavLog.recordingLastLine { av_read_frame(context, packet) }
    while AVErrorCode(rawValue: result) == .again, !interrupter.shouldStop {
      av_usleep(1000)
      (result, line) = LibavLog.recordingLastLine { av_read_frame(context, packet) }
    }
    if interrupter.isCancelled { throw VideoError(operation: "read", input: input, code: .exit, kind: .cancelled) }
    if interrupter.hasTimedOut {
      throw VideoError(operation: "read", input: input, code: .timedOut, kind: .transient)
    }
    if result >= 0 { return true }
    let code = AVErrorCode(rawValue: result)
    if code == .endOfFile { return false }
    throw VideoError(operation: "read", input: input, code: code, detail: line)
  }

  /// Whether time may jump in mid-stream.
  var mayJump: Bool { context.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0 }

  /// Whether the container has timestamps to seek by.
  var isSeekable: Bool {
    context.pointee.iformat.pointee.flags & AVFMT_NOTIMESTAMPS == 0 && context.pointee.start_time != cffmpeg_no_pts()
      && canGoBack
  }

  /// Whether bytes can be read again, as those of a file, and not of a pipe.
  var canGoBack: Bool { context.pointee.pb.map { $0.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 } ?? true }

  /// Goes to the last key frame of `stream` at or before `microseconds`; false if that cannot be done.
  func seek(_ stream: UnsafeMutablePointer<AVStream>, to microseconds: Int64) -> Bool {
    let target = microseconds.rescaled(from: .microsecond, to: Rational(stream.pointee.time_base))
    interrupter.begin()
    defer { interrupter.end() }
    let (result, _) = LibavLog.recordingLastLine {
      avformat_seek_file(context, stream.pointee.index, Int64.min, target, target, AVSEEK_FLAG_BACKWARD)
    }
    return result >= 0
  }
}

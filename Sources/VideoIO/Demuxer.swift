import CFFmpeg
import Foundation
import Kapao
import Support

/// Owns an opened input: finds its streams, reads its packets, seeks in it.
final class Demuxer {
  /// Nil when it is closed.
  private var owner: Owned<AVFormatContext>?
  let input: String
  private let interrupter: Interrupter
  private let tls: TLSOptions
  /// Pictures that are still to be read as the next frames.
  private var following: ArraySlice<String>
  /// How many pictures were read; nil if this is no list of them.
  private var pictureCount: Int64?

  /// Opens `input` and finds its streams. Options that the input does not know stay in `options`.
  ///
  /// - Parameter following: Pictures that follow the input.
  init(
    _ input: String, format: String?, options: LibavOptions, following: [String] = [], interrupter: Interrupter
  ) throws(VideoError) {
    LibavLog.install()
    if format != nil || input.hasPrefix("/dev/") { _ = MediaLibrary.devicesRegistered }
    self.interrupter = interrupter
    let pictures = format == nil && following.isEmpty ? try PictureList(input)?.paths : nil
    self.input = input
    let first = pictures?.first ?? input
    self.following = pictures?.dropFirst() ?? following[...]
    pictureCount = pictures == nil && following.isEmpty ? nil : 0
    var inputFormat: UnsafePointer<AVInputFormat>?
    if let format {
      inputFormat = av_find_input_format(format)
      guard inputFormat != nil else {
        throw VideoError(
          operation: "open", input: input, code: .demuxerNotFound, detail: "unknown input format '\(format)'")
      }
    }
    let tls = TLSOptions(takenFrom: options)
    self.tls = tls
    try tls.check("open", input, kind: .unusableInput)
    if format == nil, Self.isLiteral(first) {
      inputFormat = av_find_input_format("image2")
      options["pattern_type"] = "none"
    }
    interrupter.begin()
    defer { interrupter.end() }
    do {
      owner = try Self.open("open", first, as: input, inputFormat, options, interrupter, tls)
      let name = context.pointee.iformat.map { String(cString: $0.pointee.name) }
      try tls.check("open", input, format: name, kind: .unusableInput)
      try checkIndex()
      try VideoError.check("open", input) { avformat_find_stream_info(context, nil) }
      describePictures()
    } catch {
      if interrupter.isCancelled { throw VideoError(operation: "open", input: input, code: .exit, kind: .cancelled) }
      if interrupter.hasTimedOut {
        throw VideoError(operation: "open", input: input, code: .timedOut, kind: .transient)
      }
      guard error.code == AVErrorCode(errno: EIO), FileManager.default.isReadableFile(atPath: input) else {
        throw error
      }
      // A file that is cut off; a failure of the disk would be one of other files, too.
      throw VideoError(operation: "open", input: input, code: error.code, detail: error.detail, kind: .unusableInput)
    }
  }

  /// Closes the input; further calls do nothing.
  func close() { owner = nil }

  /// Valid until the input is closed.
  var context: UnsafeMutablePointer<AVFormatContext> {
    guard let native = owner?.native else { preconditionFailure("the input is closed") }
    return native
  }

  /// Opens `path`, which messages call `name`.
  private static func open(
    _ operation: String, _ path: String, as name: String, _ format: UnsafePointer<AVInputFormat>?,
    _ options: LibavOptions, _ interrupter: Interrupter, _ tls: TLSOptions?
  ) throws(VideoError) -> Owned<AVFormatContext> {
    // libav frees it if it cannot be opened.
    var context = avformat_alloc_context()
    context?.pointee.interrupt_callback = interrupter.callback
    if let context { tls?.install(in: context) }
    try VideoError.check(operation, name) {
      FileName.withBytes(url(path, format)) { url in
        options.withNative { options in
          guard let tls else { return avformat_open_input(&context, url, format, options) }
          return tls.withOptions(in: options) { avformat_open_input(&context, url, format, $0) }
        }
      }
    }
    return try Owned(context, name)
  }

  /// Whether libav has an input format of this name.
  static func isFormat(_ name: String) -> Bool {
    _ = MediaLibrary.devicesRegistered
    return av_find_input_format(name) != nil
  }

  /// An MP4 whose index comes after the frames is of no use where one cannot go back to these.
  private func checkIndex() throws(VideoError) {
    let context = context
    guard let bytes = context.pointee.pb, bytes.pointee.seekable & AVIO_SEEKABLE_NORMAL == 0,
      String(cString: context.pointee.iformat.pointee.name).hasPrefix("mov,")
    else { return }
    let place = avio_seek(bytes, 0, SEEK_CUR) - Int64(bytes.pointee.buffer_size)
    let isBehind = (0..<Int(context.pointee.nb_streams)).contains { index in
      guard let stream = context.pointee.streams[index], let entry = avformat_index_get_entry(stream, 0) else {
        return false
      }
      return entry.pointee.pos < place
    }
    guard isBehind else { return }
    let isAddress = input.contains("://")
    let reason = isAddress ? "the server has no ranges; download it first" : "a pipe has no way back; read it as a file"
    throw VideoError(
      operation: "read", input: input, code: .none, detail: "its index is at the end, and \(reason)",
      kind: .unusableInput)
  }

  /// What libavformat is given for `input`: `-` is standard input, and a colon in a file's name makes no protocol.
  private static func url(_ input: String, _ format: UnsafePointer<AVInputFormat>?) -> String {
    if input == "-" { return "pipe:0" }
    // Devices and filter graphs have names of their own.
    let isDevice = format.map { $0.pointee.flags & AVFMT_NOFILE != 0 } ?? false
    return !isDevice && isFile(input) && input.contains(":") ? "file:" + input : input
  }

  /// Whether libav would take a picture's name for a pattern.
  private static func isLiteral(_ path: String) -> Bool {
    path.contains("%") && isFile(path) && PictureList.isPicture(path)
  }

  /// Whether an input is what it names on a disk, whatever address it looks like.
  static func isFile(_ input: String) -> Bool { FileSystem.exists(input) }

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

  /// Whether each packet is a picture of a list, and others follow one that cannot be read.
  var isList: Bool { pictureCount != nil }

  /// Reads the next packet; false at the end.
  func read(_ packet: UnsafeMutablePointer<AVPacket>) throws(VideoError) -> Bool {
    interrupter.begin()
    defer { interrupter.end() }
    if pictureCount ?? 0 > 0 { return try readPicture(packet) }
    var (result, line) = LibavLog.recordingLastLine { av_read_frame(context, packet) }
    while AVErrorCode(rawValue: result) == .again, !interrupter.shouldStop {
      av_usleep(1000)
      (result, line) = LibavLog.recordingLastLine { av_read_frame(context, packet) }
    }
    if interrupter.isCancelled { throw VideoError(operation: "read", input: input, code: .exit, kind: .cancelled) }
    if interrupter.hasTimedOut {
      throw VideoError(operation: "read", input: input, code: .timedOut, kind: .transient)
    }
    if result >= 0 {
      count(packet)
      return true
    }
    let code = AVErrorCode(rawValue: result)
    // Of a file that is cut off some demuxers speak, and end as if nothing were missing.
    let endsEarly = ["partial file", "ended prematurely"].contains { line?.contains($0) == true }
    if code == .endOfFile, !endsEarly { return false }
    // Others call it a failure of reading, although nothing failed to be read.
    let hasFailed = context.pointee.pb.map { $0.pointee.error < 0 } ?? true
    let isCutOff = endsEarly || code == AVErrorCode(errno: EIO) && !hasFailed
    throw VideoError(operation: "read", input: input, code: code, detail: line, kind: isCutOff ? .unusableInput : nil)
  }

  /// A list lasts as long as its pictures.
  private func describePictures() {
    guard pictureCount != nil, let stream = streams.first else { return }
    let count = Int64(following.count + 1)
    stream.pointee.nb_frames = count
    stream.pointee.duration = count
    context.pointee.duration = count.microseconds(Rational(stream.pointee.time_base))
    context.pointee.start_time = 0
  }

  /// Gives a picture of a list its time: a tick is a frame.
  private func count(_ packet: UnsafeMutablePointer<AVPacket>) {
    guard let number = pictureCount else { return }
    packet.pointee.stream_index = 0
    packet.pointee.pts = number
    packet.pointee.dts = number
    packet.pointee.duration = 1
    pictureCount = number + 1
  }

  /// Reads the next picture of a list; false at the end.
  private func readPicture(_ packet: UnsafeMutablePointer<AVPacket>) throws(VideoError) -> Bool {
    guard let path = following.popFirst() else { return false }
    let options = LibavOptions(Self.isLiteral(path) ? ["pattern_type": "none"] : [:])
    let format = Self.isLiteral(path) ? av_find_input_format("image2") : nil
    let codec: AVCodecID
    do throws(VideoError) {
      let picture = try Self.open("read", path, as: path, format, options, interrupter, nil)
      try VideoError.check("read", path) { av_read_frame(picture.native, packet) }
      codec = picture.native.pointee.streams[0]?.pointee.codecpar.pointee.codec_id ?? AV_CODEC_ID_NONE
    } catch {
      if interrupter.isCancelled { throw VideoError(operation: "read", input: input, code: .exit, kind: .cancelled) }
      // Its time passes without it.
      pictureCount? += 1
      throw VideoError(operation: "read", input: path, code: error.code, detail: error.detail, kind: .unusableInput)
    }
    let wanted = context.pointee.streams[0]?.pointee.codecpar.pointee.codec_id ?? AV_CODEC_ID_NONE
    guard codec == wanted else {
      av_packet_unref(packet)
      pictureCount? += 1
      let names = [codec, wanted].map { String(cString: avcodec_get_name($0)) }
      throw VideoError(
        operation: "read", input: path, code: .none, detail: "\(names[0]), and not \(names[1]) as the first picture",
        kind: .unusableInput)
    }
    count(packet)
    return true
  }

  /// Whether time may jump in mid-stream: libav says so of most such formats. FLV is what encoders send, and they are
  /// started again.
  var mayJump: Bool {
    context.pointee.iformat.pointee.flags & AVFMT_TS_DISCONT != 0
      || String(cString: context.pointee.iformat.pointee.name) == "flv"
  }

  /// Whether a packet may be a part of a frame: some programs write H.264 to AVI in its own units, headers included.
  func mayHavePieces(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    stream.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_H264
      && String(cString: context.pointee.iformat.pointee.name) == "avi"
  }

  /// Whether all of it can be read at little cost.
  var isLocal: Bool { !input.contains("://") || input.hasPrefix("file:") }

  /// The video and the audio that goes with it: of the same program, where there are several, which have clocks of
  /// their own.
  func streamsThatLead(_ video: UnsafeMutablePointer<AVStream>) -> Set<Int32> {
    let programme = av_find_program_from_stream(context, nil, video.pointee.index)?.pointee
    let own = programme.map { Set(UnsafeBufferPointer(start: $0.stream_index, count: Int($0.nb_stream_indexes))) }
    let audio = streams.filter { stream in
      stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
        && own?.contains(UInt32(stream.pointee.index)) ?? true
    }
    return Set((audio + [video]).map(\.pointee.index))
  }

  private static let bareFormats: Set<String> = ["h264", "hevc", "m4v", "mpegvideo", "h263", "jpeg_pipe", "image2pipe"]

  /// Whether the container holds pictures without their times, which are then made up from a frame rate.
  var hasNoTimestamps: Bool {
    let format = context.pointee.iformat.pointee
    return format.flags & AVFMT_NOTIMESTAMPS != 0 || Self.bareFormats.contains(String(cString: format.name))
  }

  /// Whether the container has timestamps to seek by.
  var isSeekable: Bool {
    pictureCount == nil && context.pointee.iformat.pointee.flags & AVFMT_NOTIMESTAMPS == 0
      && context.pointee.start_time != cffmpeg_no_pts()
      && canGoBack
  }

  /// Whether bytes can be read again, as those of a file, and not of a pipe.
  var canGoBack: Bool {
    guard let bytes = owner?.native.pointee.pb else { return true }
    return bytes.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0
  }

  /// Goes to the first packet, whatever its time; false if that cannot be done.
  ///
  /// - Parameter origin: The beginning of the input's time, in microseconds.
  func seekToBeginning(_ stream: UnsafeMutablePointer<AVStream>, _ origin: Int64) -> Bool {
    // In these libav looks for times, which may come again.
    guard ["mpegts", "mpeg"].contains(String(cString: context.pointee.iformat.pointee.name)) else {
      return seek(stream, to: origin - 10_000_000)
    }
    interrupter.begin()
    defer { interrupter.end() }
    let (result, _) = LibavLog.recordingLastLine { avformat_seek_file(context, -1, 0, 0, 0, AVSEEK_FLAG_BYTE) }
    return result >= 0
  }

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

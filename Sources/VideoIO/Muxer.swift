import CFFmpeg

/// Owns an output container: its streams, header, packets and trailer.
final class Muxer {
  let destination: OutputDestination
  private let context: UnsafeMutablePointer<AVFormatContext>
  private let interrupter: Interrupter
  private let interleaves: Bool
  private var isOpen = true
  /// Whether a header was written that no trailer follows yet.
  private var needsTrailer = false
  private var lastDTS: [Int32: Int64] = [:]

  /// Opens the output; the container goes by `format`, or else the extension of the final name.
  ///
  /// - Parameter interleaves: Whether packets are kept back until those of all streams can be written in order of time;
  ///   otherwise they are written as they come.
  init(
    _ destination: OutputDestination, format: String?, timeout: Double? = nil, interleaves: Bool = true
  ) throws(VideoError) {
    LibavLog.install()
    interrupter = Interrupter()
    interrupter.allow(timeout)
    self.destination = destination
    self.interleaves = interleaves
    let wanted = format ?? (destination.path == "-" ? "matroska" : nil)
    guard let output = av_guess_format(wanted, wanted == nil ? destination.path : nil, nil) else {
      let detail = wanted.map { "unknown output format '\($0)'" } ?? "no container is known for this file extension"
      throw VideoError(
        operation: "write", input: destination.path, code: .muxerNotFound, detail: detail, kind: .outputFailed)
    }
    var context: UnsafeMutablePointer<AVFormatContext>?
    try VideoError.check("write", destination.path, kind: .outputFailed) {
      avformat_alloc_output_context2(&context, output, nil, destination.url)
    }
    self.context = try VideoError.allocated(context, destination.path)
    self.context.pointee.interrupt_callback = interrupter.callback
    guard output.pointee.flags & AVFMT_NOFILE == 0 else { return }
    do {
      try limited {
        avio_open2(
          &self.context.pointee.pb, destination.url, AVIO_FLAG_WRITE, &self.context.pointee.interrupt_callback, nil)
      }
    } catch {
      isOpen = false
      avformat_free_context(context)
      throw error
    }
  }

  deinit {
    if isOpen { try? close() }
  }

  /// Closes the output; what could not be written is an error.
  func close() throws(VideoError) {
    guard isOpen else { return }
    isOpen = false
    let hasFile = context.pointee.oformat.pointee.flags & AVFMT_NOFILE == 0
    defer { avformat_free_context(context) }
    guard hasFile else {
      // Containers that open their own connections close them with the trailer only.
      if needsTrailer { try? limited { av_write_trailer(context) } }
      return
    }
    try limited { avio_closep(&context.pointee.pb) }
  }

  /// Runs a call that may block, within the time allowed.
  private func limited(_ call: () -> Int32) throws(VideoError) {
    interrupter.begin()
    defer { interrupter.end() }
    do {
      try VideoError.check("write", destination.path, kind: .outputFailed, call)
    } catch {
      guard interrupter.hasTimedOut else { throw error }
      throw VideoError(operation: "write", input: destination.path, code: .timedOut, kind: .outputFailed)
    }
  }

  /// libav's name of the container, such as `mp4`.
  var formatName: String { String(cString: context.pointee.oformat.pointee.name) }

  private var isMP4: Bool { ["mp4", "mov", "ipod", "3gp"].contains(formatName) }

  private var flags: Int32 { context.pointee.oformat.pointee.flags }

  /// Whether frames may follow each other at any distance. (libav's own flag is not set for MP4.)
  var hasVariableFrameRate: Bool {
    flags & AVFMT_VARIABLE_FPS != 0 || !["avi", "mxf", "dv", "gxf", "swf", "yuv4mpegpipe"].contains(formatName)
  }

  /// Whether codec headers belong to the container instead of the stream.
  var wantsGlobalHeader: Bool { flags & AVFMT_GLOBALHEADER != 0 }

  /// The codec that libav would choose for video.
  var defaultVideoCodec: AVCodecID { context.pointee.oformat.pointee.video_codec }

  /// Whether the container can hold a codec. Where libav does not know, whether it holds streams of that kind at all.
  func canHold(_ codec: AVCodecID) -> Bool {
    let answer = avformat_query_codec(context.pointee.oformat, codec, FF_COMPLIANCE_NORMAL)
    guard answer < 0 else { return answer > 0 }
    let format = context.pointee.oformat.pointee
    switch avcodec_get_type(codec) {
    case AVMEDIA_TYPE_VIDEO: return format.video_codec != AV_CODEC_ID_NONE
    case AVMEDIA_TYPE_AUDIO: return format.audio_codec != AV_CODEC_ID_NONE
    case AVMEDIA_TYPE_SUBTITLE: return format.subtitle_codec != AV_CODEC_ID_NONE
    default: return false
    }
  }

  /// Whether packets of a stream can be copied into the container so that players find them.
  func canHold(_ parameters: AVCodecParameters) -> Bool {
    let codec = parameters.codec_id
    guard parameters.codec_type == AVMEDIA_TYPE_AUDIO else { return canHold(codec) }
    // MPEG-TS has AAC without the header that these want before the first packet.
    let needsHeader = formatName == "rtsp" || isMP4 && !destination.isSeekable
    if codec == AV_CODEC_ID_AAC, parameters.extradata_size == 0, needsHeader { return false }
    switch formatName {
    // Everything else would be private data to players.
    case "mpegts", "hls": return Self.transportStreamAudio.contains(codec)
    // Matroska takes all that AVI knows, which libav does not tell.
    case "matroska": return canHold(codec) || Self.isKnownToAVI(codec)
    default: return canHold(codec)
    }
  }

  private static let transportStreamAudio = [
    AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3,
    AV_CODEC_ID_OPUS, AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD, AV_CODEC_ID_S302M,
  ]

  private static func isKnownToAVI(_ codec: AVCodecID) -> Bool {
    var tag: UInt32 = 0
    var tags = [avformat_get_riff_audio_tags(), nil]
    return av_codec_get_tag2(&tags, codec, &tag) != 0
  }

  /// Adds a stream.
  func addStream(
    _ parameters: UnsafeMutablePointer<AVCodecParameters>, timeBase: Rational, metadata: [String: String]
  ) throws(VideoError) -> UnsafeMutablePointer<AVStream> {
    let stream = try VideoError.allocated(avformat_new_stream(context, nil), destination.path)
    try VideoError.check("write", destination.path, kind: .outputFailed) {
      avcodec_parameters_copy(stream.pointee.codecpar, parameters)
    }
    stream.pointee.codecpar.pointee.codec_tag = tag(for: parameters.pointee)
    stream.pointee.time_base = timeBase.native
    for (key, value) in metadata where !Self.isGenerated(key) {
      av_dict_set(&stream.pointee.metadata, key, value, 0)
    }
    return stream
  }

  /// Sets the container's metadata and chapters; `origin` (microseconds) becomes 0.
  func describe(metadata: [String: String], chapters: [OutputTemplate.Chapter], origin: Int64) {
    for (key, value) in metadata where !Self.isGenerated(key) {
      av_dict_set(&context.pointee.metadata, key, value, 0)
    }
    guard !chapters.isEmpty,
      let list = av_calloc(chapters.count, MemoryLayout<UnsafeMutablePointer<AVChapter>?>.stride)
    else { return }
    context.pointee.chapters = list.bindMemory(to: UnsafeMutablePointer<AVChapter>?.self, capacity: chapters.count)
    for (number, chapter) in chapters.enumerated() {
      guard let memory = av_mallocz(MemoryLayout<AVChapter>.size) else { return }
      let native = memory.bindMemory(to: AVChapter.self, capacity: 1)
      native.pointee.id = Int64(number)
      native.pointee.time_base = Rational.microsecond.native
      native.pointee.start = max(0, chapter.start &- origin)
      native.pointee.end = max(0, chapter.end &- origin)
      for (key, value) in chapter.metadata { av_dict_set(&native.pointee.metadata, key, value, 0) }
      context.pointee.chapters[number] = native
      context.pointee.nb_chapters = UInt32(number + 1)
    }
  }

  /// Writes the header; options that the container does not know stay in `options`.
  func writeHeader(_ options: LibavOptions) throws(VideoError) {
    if isMP4, options["movflags"] == nil {
      options["movflags"] = destination.isSeekable ? "+faststart" : "+frag_keyframe+empty_moov+default_base_moof"
    }
    try limited { options.withNative { avformat_write_header(context, $0) } }
    needsTrailer = true
  }

  /// Writes a packet with timestamps in units of `timeBase`, whose content is taken. Decoding times that do not
  /// increase are moved to the next tick, since containers refuse them.
  func write(
    _ packet: UnsafeMutablePointer<AVPacket>, to stream: UnsafeMutablePointer<AVStream>, timeBase: Rational
  ) throws(VideoError) {
    av_packet_rescale_ts(packet, timeBase.native, stream.pointee.time_base)
    let index = stream.pointee.index
    packet.pointee.stream_index = index
    packet.pointee.pos = -1
    if packet.pointee.dts == cffmpeg_no_pts() { packet.pointee.dts = packet.pointee.pts }
    if let last = lastDTS[index], packet.pointee.dts <= last, flags & AVFMT_NOTIMESTAMPS == 0 {
      packet.pointee.dts = last &+ 1
      packet.pointee.pts = max(packet.pointee.pts, last &+ 1)
    }
    lastDTS[index] = packet.pointee.dts
    try limited { interleaves ? av_interleaved_write_frame(context, packet) : av_write_frame(context, packet) }
  }

  /// Writes what is left and the trailer.
  func writeTrailer() throws(VideoError) {
    needsTrailer = false
    try limited { av_write_trailer(context) }
  }

  /// The source's codec tag, where the container has no other for the codec.
  private func tag(for parameters: AVCodecParameters) -> UInt32 {
    guard let tags = context.pointee.oformat.pointee.codec_tag else { return parameters.codec_tag }
    var other: UInt32 = 0
    let isKnown = av_codec_get_id(tags, parameters.codec_tag) == parameters.codec_id
    let hasOther = av_codec_get_tag2(tags, parameters.codec_id, &other) != 0
    return isKnown || !hasOther ? parameters.codec_tag : 0
  }

  /// Whether a metadata key describes the source file itself and not its content.
  private static func isGenerated(_ key: String) -> Bool {
    let keys = [
      "major_brand", "minor_version", "compatible_brands", "encoder", "vendor_id", "duration", "bps", "rotate",
      "number_of_frames", "number_of_bytes",
    ]
    let lower = key.lowercased()
    return keys.contains { lower == $0 || lower.hasPrefix($0 + "-") } || lower.hasPrefix("_statistics")
  }
}

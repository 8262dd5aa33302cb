import CFFmpeg
import Kapao
import Support

/// Owns an output container: its streams, header, packets and trailer.
final class Muxer {
  let destination: OutputDestination
  let container: Container
  /// Nil when it is closed.
  private var owner: Owned<AVFormatContext>?
  private let interrupter: Interrupter
  private let tls: TLSOptions
  private let interleaves: Bool
  let isRecoverable: Bool
  /// Whether a header was written that no trailer follows yet.
  private var needsTrailer = false
  private var lastDTS: [Int32: Int64] = [:]
  /// Packets of each stream that were to be written, and that were refused.
  private var given: [UnsafeMutablePointer<AVStream>: Int] = [:]
  /// The first error of a packet that was left out.
  private var refusal: VideoError?
  private var refused: [UnsafeMutablePointer<AVStream>: Int] = [:]

  /// Opens the output.
  ///
  /// - Parameters:
  ///   - tls: How the certificate of a server is checked.
  ///   - interleaves: Whether packets are kept back until those of all streams can be written in order of time;
  ///     otherwise they are written as they come.
  init(
    _ destination: OutputDestination, container: Container, tls: TLSOptions, timeout: Double? = nil,
    interleaves: Bool = true, isRecoverable: Bool = false
  ) throws(VideoError) {
    LibavLog.install()
    try tls.check("write", destination.url, kind: .outputFailed)
    interrupter = Interrupter()
    interrupter.allow(timeout)
    self.destination = destination
    self.container = container
    self.interleaves = interleaves
    self.tls = tls
    self.isRecoverable = isRecoverable
    owner = try container.makeContext(url: destination.url)
    context.pointee.interrupt_callback = interrupter.callback
    tls.install(in: context)
    if isRecoverable { context.pointee.flags |= AVFMT_FLAG_FLUSH_PACKETS }
    guard !container.opensItsFiles else { return }
    do {
      try limited {
        LibavOptions().withNative { options in
          tls.withOptions(in: options) { options in
            destination.make {
              FileName.withBytes(destination.url) {
                avio_open2(
                  &self.context.pointee.pb, $0, AVIO_FLAG_WRITE, &self.context.pointee.interrupt_callback, options)
              }
            }
          }
        }
      }
    } catch {
      owner = nil
      throw error
    }
  }

  deinit { try? close() }

  /// Valid until the output is closed.
  private var context: UnsafeMutablePointer<AVFormatContext> {
    guard let native = owner?.native else { preconditionFailure("the output is closed") }
    return native
  }

  /// Closes the output; what could not be written is an error. Further calls do nothing.
  func close() throws(VideoError) {
    guard owner != nil else { return }
    defer { owner = nil }
    guard !container.opensItsFiles else {
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

  /// Adds a stream.
  func addStream(
    _ parameters: UnsafeMutablePointer<AVCodecParameters>, timeBase: Rational, metadata: [String: String]
  ) throws(VideoError) -> UnsafeMutablePointer<AVStream> {
    try newStream(parameters, timeBase: timeBase, metadata: metadata, in: context)
  }

  /// Adds a stream to `context`, which is a container of the same kind.
  func newStream(
    _ parameters: UnsafeMutablePointer<AVCodecParameters>, timeBase: Rational, metadata: [String: String],
    in context: UnsafeMutablePointer<AVFormatContext>
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
    for (key, value) in usualOptions where options[key] == nil { options[key] = value }
    try limited { options.withNative { avformat_write_header(context, $0) } }
    needsTrailer = true
  }

  /// The container's options where nothing else is asked for.
  var usualOptions: [String: String] {
    if isRecoverable { return ["movflags": "+delay_moov+default_base_moof", "frag_duration": "2000000"] }
    if container.isMP4 {
      return ["movflags": destination.isSeekable ? "+faststart" : "+frag_keyframe+empty_moov+default_base_moof"]
    }
    // A playlist names all parts of the video, not the last few.
    return container.name == "hls" ? ["hls_list_size": "0"] : [:]
  }

  /// Writes a packet with timestamps in units of `timeBase`, whose content is taken. Decoding times that do not
  /// increase are moved to the next tick, since containers refuse them. A damaged packet that the container refuses is
  /// left out where the stream is copied, and an error where it is the encoded one, which is the first.
  func write(
    _ packet: UnsafeMutablePointer<AVPacket>, to stream: UnsafeMutablePointer<AVStream>, timeBase: Rational
  ) throws(VideoError) {
    av_packet_rescale_ts(packet, timeBase.native, stream.pointee.time_base)
    let index = stream.pointee.index
    packet.pointee.stream_index = index
    packet.pointee.pos = -1
    if packet.pointee.dts == cffmpeg_no_pts() { packet.pointee.dts = packet.pointee.pts }
    if let last = lastDTS[index], packet.pointee.dts <= last, !container.hasNoTimestamps {
      packet.pointee.dts = last &+ 1
      packet.pointee.pts = max(packet.pointee.pts, last &+ 1)
    }
    lastDTS[index] = packet.pointee.dts
    given[stream, default: 0] += 1
    if container.isPicture, given[stream, default: 0] > 1 {
      throw VideoError(
        operation: "write", input: destination.path, code: AVErrorCode(errno: EINVAL),
        detail: "a picture is one frame; with a name such as frame_%03d.png every frame gets its own",
        kind: .outputFailed)
    }
    do throws(VideoError) {
      try limited {
        withFileError(interleaves ? av_interleaved_write_frame(context, packet) : av_write_frame(context, packet))
      }
    } catch {
      try leaveOut(error, writing: stream)
    }
  }

  /// Writes what waits for packets of other streams.
  func flush() throws(VideoError) {
    guard interleaves else { return }
    // Every refusal takes a packet away.
    for _ in 0...given.values.reduce(0, +) {
      do throws(VideoError) {
        try limited { av_interleaved_write_frame(context, nil) }
        break
      } catch {
        guard isRefusal(error) else { throw error }
        refusal = refusal ?? error
      }
    }
    try countRefused()
  }

  /// Writes the trailer.
  func writeTrailer() throws(VideoError) {
    needsTrailer = false
    try limited { withFileError(av_write_trailer(context)) }
  }

  /// The error of a call, or that of a file which a playlist's container has closed without telling. Servers may have
  /// been asked a second time.
  private func withFileError(_ code: Int32) -> Int32 {
    code < 0 || !container.opensItsFiles || destination.url.contains("://") ? code : tls.closingError
  }

  // MARK: - Packets that the container refuses

  /// How many packets of a copied stream were left out; may be asked after closing, too.
  func refused(of stream: UnsafeMutablePointer<AVStream>) -> Int { refused[stream] ?? 0 }

  /// Goes on after the error of a packet if that can be one of a copied stream: packets wait for those of the other
  /// streams, so it need not be the one that was being written.
  private func leaveOut(_ error: VideoError, writing stream: UnsafeMutablePointer<AVStream>) throws(VideoError) {
    let mayBeOther = stream.pointee.index > 0 || interleaves && stream.pointee.nb_frames > 0
    guard isRefusal(error), mayBeOther else { throw error }
    refusal = refusal ?? error
    if !interleaves { try countRefused() }
  }

  /// Finds whose packets were refused by what has not arrived in the container when nothing waits.
  private func countRefused() throws(VideoError) {
    guard let refusal else { return }
    for (stream, count) in given {
      let missing = count - Int(stream.pointee.nb_frames)
      if missing > 0, stream.pointee.index == 0 { throw refusal }
      if missing > 0 { refused[stream] = missing }
    }
  }

  /// Whether it is what a packet holds that failed, and not the writing.
  private func isRefusal(_ error: VideoError) -> Bool {
    [.invalidData, AVErrorCode(errno: EINVAL)].contains(error.code) && (context.pointee.pb?.pointee.error ?? 0) >= 0
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

extension Muxer {
  /// Whether the container begins with the streams that it has so far and one more.
  func begins(with stream: PassthroughStream, options: LibavOptions) -> Bool {
    let wanted = options.all.merging(usualOptions) { option, _ in option }
    // What libav says it knows is more, and sometimes less, than what it takes.
    let isSeekable = context.pointee.pb.map { $0.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 } ?? false
    return container.begins(isSeekable: isSeekable, options: wanted) { trial in
      for index in 0..<Int(context.pointee.nb_streams) {
        guard let other = context.pointee.streams[index]?.pointee,
          let copy = try? newStream(
            other.codecpar, timeBase: Rational(other.time_base), metadata: Dictionary(libav: other.metadata), in: trial)
        else { continue }
        copy.pointee.sample_aspect_ratio = other.sample_aspect_ratio
        copy.pointee.avg_frame_rate = other.avg_frame_rate
      }
      _ = try? newStream(stream.parameters, timeBase: stream.timeBase, metadata: stream.metadata, in: trial)
    }
  }

  /// Whether players find a stream of this kind in the container.
  func isCommon(_ stream: PassthroughStream) -> Bool {
    let parameters = stream.parameters.pointee
    let codec = parameters.codec_id
    switch parameters.codec_type {
    case AVMEDIA_TYPE_AUDIO: break
    case AVMEDIA_TYPE_ATTACHMENT: return container.name == "matroska"
    default: return container.canHold(codec)
    }
    // MPEG-TS has AAC without the header that these want before the first packet.
    let needsHeader = container.name == "rtsp" || container.isMP4 && !destination.isSeekable
    if codec == AV_CODEC_ID_AAC, parameters.extradata_size == 0, needsHeader { return false }
    switch container.name {
    // Everything else would be private data to players.
    case "mpegts", "hls": return Self.transportStreamAudio.contains(codec)
    // Matroska takes all that AVI knows, which libav does not tell.
    case "matroska": return container.canHold(codec) || Self.isKnownToAVI(codec)
    default: return container.canHold(codec)
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
}

extension Muxer {
  /// Closes a file of fragments and writes their packets anew, as a file with one index at its beginning that is the same
  /// as if there had been no fragments; nil if this one has none, and is still open then.
  func join(describing describe: (Muxer) -> Void) throws(VideoError) -> OutputDestination? {
    guard isRecoverable else { return nil }
    let streams = (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0]?.pointee }
    let metadata = streams.map { Dictionary(libav: $0.metadata) }
    let traits = streams.map { ($0.sample_aspect_ratio, $0.avg_frame_rate, $0.disposition) }
    try close()

    let input = try Demuxer(destination.url, format: nil, options: LibavOptions(), interrupter: Interrupter())
    defer { input.close() }
    let joined = OutputDestination(destination.path, inPlace: false)
    do throws(VideoError) {
      let muxer = try Muxer(joined, container: container, tls: TLSOptions(takenFrom: LibavOptions()))
      var outputs: [UnsafeMutablePointer<AVStream>] = []
      for (source, (metadata, traits)) in zip(input.streams, zip(metadata, traits)) {
        let output = try muxer.addStream(
          source.pointee.codecpar, timeBase: Rational(source.pointee.time_base), metadata: metadata)
        (output.pointee.sample_aspect_ratio, output.pointee.avg_frame_rate, output.pointee.disposition) = traits
        outputs.append(output)
      }
      describe(muxer)
      try muxer.writeHeader(LibavOptions())
      let owner = try Owned(av_packet_alloc(), destination.path)
      let packet = owner.native
      while try input.read(packet) {
        let index = Int(packet.pointee.stream_index)
        guard outputs.indices.contains(index) else {
          av_packet_unref(packet)
          continue
        }
        try muxer.write(packet, to: outputs[index], timeBase: Rational(input.streams[index].pointee.time_base))
      }
      try muxer.flush()
      try muxer.writeTrailer()
      try muxer.close()
      return joined
    } catch {
      joined.discard()
      throw VideoError(
        operation: "write", input: destination.path, code: error.code, detail: error.detail, kind: .outputFailed)
    }
  }
}

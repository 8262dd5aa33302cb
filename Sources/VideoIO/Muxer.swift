import CFFmpeg

/// Owns an output container: its streams, header, packets and trailer.
final class Muxer {
  let destination: OutputDestination
  let container: Container
  let context: UnsafeMutablePointer<AVFormatContext>
  private let interrupter: Interrupter
  private let interleaves: Bool
  private var isOpen = true
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
  /// - Parameter interleaves: Whether packets are kept back until those of all streams can be written in order of time;
  ///   otherwise they are written as they come.
  init(
    _ destination: OutputDestination, container: Container, timeout: Double? = nil, interleaves: Bool = true
  ) throws(VideoError) {
    LibavLog.install()
    interrupter = Interrupter()
    interrupter.allow(timeout)
    self.destination = destination
    self.container = container
    self.interleaves = interleaves
    var context: UnsafeMutablePointer<AVFormatContext>?
    try VideoError.check("write", destination.path, kind: .outputFailed) {
      container.makeContext(&context, url: destination.url)
    }
    self.context = try VideoError.allocated(context, destination.path)
    self.context.pointee.interrupt_callback = interrupter.callback
    guard !container.opensItsFiles else { return }
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
    defer { avformat_free_context(context) }
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
      try limited { interleaves ? av_interleaved_write_frame(context, packet) : av_write_frame(context, packet) }
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
    try limited { av_write_trailer(context) }
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

import CFFmpeg

/// Owns a software decoder of one video stream.
final class FrameDecoder {
  /// What a step of the decoder gave.
  enum Step {
    /// A frame, to be owned by the receiver.
    case frame(UnsafeMutablePointer<AVFrame>)
    /// The decoder needs a packet.
    case needsPacket
    /// A packet or frame could not be decoded.
    case failed
    /// Everything has been delivered.
    case ended
  }

  private let context: UnsafeMutablePointer<AVCodecContext>
  private var isOpen = true

  /// Opens a decoder; options that it does not know stay in `libav`.
  init(
    _ stream: UnsafeMutablePointer<AVStream>, input: String, options: ReaderOptions, frameRate: Rational?,
    libav: LibavOptions
  ) throws(VideoError) {
    let parameters = stream.pointee.codecpar
    let name = String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
    guard let codec = avcodec_find_decoder(stream.pointee.codecpar.pointee.codec_id) else {
      throw VideoError(operation: "decode", input: input, code: .decoderNotFound, detail: "no decoder for \(name)")
    }
    let context = try VideoError.allocated(avcodec_alloc_context3(codec), input)
    do {
      try VideoError.check("decode", input) { avcodec_parameters_to_context(context, parameters) }
      context.pointee.pkt_timebase = stream.pointee.time_base
      if let frameRate { context.pointee.framerate = frameRate.native }
      context.pointee.thread_count = Int32(clamping: options.decoderThreads)
      context.pointee.thread_type = options.lowDelay ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE
      if options.lowDelay { context.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY }
      try VideoError.check("decode", input) { libav.withNative { avcodec_open2(context, codec, $0) } }
    } catch {
      var context: UnsafeMutablePointer<AVCodecContext>? = context
      avcodec_free_context(&context)
      throw error
    }
    self.context = context
  }

  deinit { close() }

  /// Frees the decoder; further calls do nothing.
  func close() {
    guard isOpen else { return }
    isOpen = false
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&context)
  }

  /// Gives the decoder a packet, or nil at the end; `again` means that frames have to be taken first.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> AVErrorCode? {
    let result = avcodec_send_packet(context, packet)
    return result < 0 ? AVErrorCode(rawValue: result) : nil
  }

  /// Takes a frame.
  func receive() throws(VideoError) -> Step {
    var frame: UnsafeMutablePointer<AVFrame>? = try VideoError.allocated(av_frame_alloc(), "frame")
    let result = avcodec_receive_frame(context, frame)
    if result >= 0, let frame { return .frame(frame) }
    av_frame_free(&frame)
    switch AVErrorCode(rawValue: result) {
    case .again: return .needsPacket
    case .endOfFile: return .ended
    case .outOfMemory: throw VideoError(operation: "decode", input: "frame", code: .outOfMemory)
    default: return .failed
    }
  }

  /// Forgets everything: the input has moved elsewhere.
  func flush() {
    avcodec_flush_buffers(context)
  }
}

import CFFmpeg
import Support

/// Owns the decoder of one video stream: the processor's, or a device's, for which the processor steps in where it fails.
final class FrameDecoder {
  /// What a step of the decoder gave.
  enum Step: ~Copyable {
    /// A frame.
    case frame(Owned<AVFrame>)
    /// The decoder needs a packet.
    case needsPacket
    /// A packet or frame could not be decoded.
    case failed
    /// Everything has been delivered.
    case ended
  }

  /// Nil when it is closed.
  private var owner: Owned<AVCodecContext>?
  /// The device that decodes; `nil` for the processor.
  private var hardware: HardwareDecoder?
  private let openSoftware: () throws(VideoError) -> Owned<AVCodecContext>
  private let input: String
  private var hasDelivered = false

  /// Opens a decoder; options that it does not know stay in `libav`.
  ///
  /// - Parameter mayBeInPieces: Whether packets may be parts of frames.
  init(
    _ stream: UnsafeMutablePointer<AVStream>, input: String, options: ReaderOptions, frameRate: Rational?,
    mayBeInPieces: Bool, libav: LibavOptions
  ) throws(VideoError) {
    let id = stream.pointee.codecpar.pointee.codec_id
    func open(
      _ codec: UnsafePointer<AVCodec>, _ hardware: HardwareDecoder? = nil
    ) throws(VideoError) -> Owned<AVCodecContext> {
      try Self.open(
        codec, stream, input: input, options: options, frameRate: frameRate, mayBeInPieces: mayBeInPieces, libav: libav,
        hardware: hardware)
    }
    openSoftware = { () throws(VideoError) in
      guard let codec = avcodec_find_decoder(id) else {
        let name = String(cString: avcodec_get_name(id))
        throw VideoError(operation: "decode", input: input, code: .decoderNotFound, detail: "no decoder for \(name)")
      }
      return try open(codec)
    }
    self.input = Redaction.shown(input)
    var reason: String?
    for kind in options.hardware.candidates {
      do {
        let choice = try HardwareDecoder(kind, id)
        owner = try open(choice.codec, choice)
        hardware = choice
        return
      } catch {
        reason = reason ?? "\(kind.rawValue) cannot be used (\(error.detail ?? error.code.description))"
      }
    }
    if options.hardware == .auto { reason = "no device decodes \(String(cString: avcodec_get_name(id)))" }
    owner = try openSoftware()
    if let reason { tell(reason) }
  }

  private static func open(
    _ codec: UnsafePointer<AVCodec>, _ stream: UnsafeMutablePointer<AVStream>, input: String, options: ReaderOptions,
    frameRate: Rational?, mayBeInPieces: Bool, libav: LibavOptions, hardware: HardwareDecoder?
  ) throws(VideoError) -> Owned<AVCodecContext> {
    let parameters = stream.pointee.codecpar
    let opened = try Owned(avcodec_alloc_context3(codec), input)
    let context = opened.native
    try VideoError.check("decode", input) { avcodec_parameters_to_context(context, parameters) }
    context.pointee.pkt_timebase = stream.pointee.time_base
    if let frameRate { context.pointee.framerate = frameRate.native }
    context.pointee.thread_count = Int32(clamping: options.decoderThreads)
    context.pointee.thread_type = options.lowDelay ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE
    if options.lowDelay { context.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY }
    if mayBeInPieces {
      // Threads cannot take a frame each then.
      context.pointee.thread_type = FF_THREAD_SLICE
      context.pointee.flags2 |= AV_CODEC_FLAG2_CHUNKS
    }
    hardware?.prepare(context)
    try VideoError.check("decode", input) { libav.withNative { avcodec_open2(context, codec, $0) } }
    return opened
  }

  /// Frees the decoder; further calls do nothing.
  func close() { owner = nil }

  /// Gives the decoder a packet, or nil at the end; `again` means that frames have to be taken first.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) -> AVErrorCode? {
    guard let context = owner?.native else { return .endOfFile }
    let result = avcodec_send_packet(context, packet)
    guard result < 0 else { return nil }
    let code = AVErrorCode(rawValue: result)
    if code != .again, code != .endOfFile, !hasDelivered, fallBack("\(code)") { return send(packet) }
    return code
  }

  /// Takes a frame.
  func receive() throws(VideoError) -> Step {
    guard let context = owner?.native else { return .ended }
    let frame = try Owned(av_frame_alloc(), "frame")
    let result = avcodec_receive_frame(context, frame.native)
    if result >= 0 {
      if frame.native.pointee.hw_frames_ctx != nil, hardware != nil {
        do {
          let downloaded = try download(frame.native)
          hasDelivered = true
          return .frame(downloaded)
        } catch {
          return fallBack("a frame cannot be taken from the device") ? .needsPacket : .failed
        }
      }
      if let hardware, hardware.device != nil, !hasDelivered {
        tell("\(hardware.name): the device does not take this video")
      }
      hasDelivered = true
      return .frame(frame)
    }
    let code = AVErrorCode(rawValue: result)
    if code != .again, code != .endOfFile, !hasDelivered, fallBack("\(code)") { return .needsPacket }
    switch code {
    case .again: return .needsPacket
    case .endOfFile: return .ended
    case .outOfMemory: throw VideoError(operation: "decode", input: "frame", code: .outOfMemory)
    default: return .failed
    }
  }

  /// Copies a frame into the processor's memory.
  private func download(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let copy = try Owned(av_frame_alloc(), "frame")
    let target = copy.native
    try VideoError.check("decode", input) { av_hwframe_transfer_data(target, frame, 0) }
    try VideoError.check("decode", input) { av_frame_copy_props(target, frame) }
    return copy
  }

  /// Goes on with the processor, from the next key frame on; whether that is possible.
  private func fallBack(_ reason: String) -> Bool {
    guard hardware != nil else { return false }
    do {
      owner = try openSoftware()
    } catch {
      return false
    }
    hardware = nil
    tell(reason)
    return true
  }

  private func tell(_ reason: String) { Notice.sendOnce("\(input): decoding on the processor: \(reason)") }

  /// Forgets everything: the input has moved elsewhere.
  func flush() {
    if let context = owner?.native { avcodec_flush_buffers(context) }
  }
}

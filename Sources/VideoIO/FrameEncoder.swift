import CFFmpeg
import Kapao

/// Owns an encoder: takes frames in the source's time, gives packets in the encoder's.
final class FrameEncoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  /// The unit of the packets' timestamps.
  let timeBase: Rational

  private let path: String
  private let choice: EncoderChoice
  private let sourceTimeBase: Rational
  private let originTicks: Int64
  private let size: ImageSize
  private let packet: UnsafeMutablePointer<AVPacket>
  private let scratch: UnsafeMutablePointer<AVFrame>
  private var conversion: FilterGraph?
  private var pacer: FramePacer
  private var durations: [Int64: Int64] = [:]

  /// Opens the encoder for frames like `first`; `originTicks` is the source's time that becomes 0.
  init(
    _ choice: EncoderChoice, options: WriterOptions, libav: LibavOptions, template: OutputTemplate, muxer: Muxer,
    first: VideoFrame, originTicks: Int64
  ) throws(VideoError) {
    self.choice = choice
    self.originTicks = originTicks
    path = muxer.destination.path
    sourceTimeBase = first.timeBase
    timeBase = choice.timeBase(template, container: muxer.container)
    size = first.size
    pacer = FramePacer(frameRate: choice.isGIF ? template.frameRate : nil, minimumGap: choice.isGIF ? 2 : 0)
    let context = try VideoError.allocated(avcodec_alloc_context3(choice.codec), path)
    Self.configure(context, choice: choice, options: options, template: template, first: first.native)
    context.pointee.time_base = timeBase.native
    if muxer.container.wantsGlobalHeader { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    if muxer.container.name == "avi" { context.pointee.max_b_frames = 0 }
    do {
      try VideoError.check("encode", path, kind: .outputFailed) {
        libav.withNative { avcodec_open2(context, choice.codec, $0) }
      }
      packet = try VideoError.allocated(av_packet_alloc(), path)
      scratch = try VideoError.allocated(av_frame_alloc(), path)
    } catch {
      var context: UnsafeMutablePointer<AVCodecContext>? = context
      avcodec_free_context(&context)
      throw error
    }
    self.context = context
    conversion = try Self.conversion(choice, first: first, timeBase: timeBase)
  }

  deinit {
    var context: UnsafeMutablePointer<AVCodecContext>? = context
    var packet: UnsafeMutablePointer<AVPacket>? = packet
    var scratch: UnsafeMutablePointer<AVFrame>? = scratch
    avcodec_free_context(&context)
    av_packet_free(&packet)
    av_frame_free(&scratch)
  }

  /// Encodes a frame and hands over the packets that are ready, whose content the receiver may take.
  func encode(_ frame: VideoFrame, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    guard frame.size == size else {
      throw VideoError(
        operation: "encode", input: path, code: .invalidData,
        detail: "a frame of \(frame.size) in a video of \(size)", kind: .outputFailed)
    }
    let ticks = (frame.pts &- originTicks).rescaled(from: sourceTimeBase, to: timeBase)
    guard let pts = pacer.admit(ticks) else { return }
    let duration = frame.duration.rescaled(from: sourceTimeBase, to: timeBase)
    try VideoError.check("encode", path, kind: .outputFailed) { av_frame_ref(scratch, frame.native) }
    defer { av_frame_unref(scratch) }
    scratch.pointee.pts = pts
    scratch.pointee.pkt_duration = duration
    scratch.pointee.pict_type = AV_PICTURE_TYPE_NONE
    if duration > 0 { durations[pts] = duration }
    if let conversion {
      try conversion.push(scratch)
      try drain(conversion, body)
    } else if choice.needsEvenSize, size.width % 2 + size.height % 2 > 0 {
      let padded = try EvenPadder.pad(scratch)
      defer { Self.free(padded) }
      try send(padded, body)
    } else {
      try send(scratch, body)
    }
  }

  /// Hands over the packets that are left.
  func finish(_ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    if let conversion {
      try conversion.push(nil)
      try drain(conversion, body)
    }
    try send(nil, body)
  }

  private func drain(_ graph: FilterGraph, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    while let converted = try graph.pull() {
      defer { Self.free(converted) }
      try send(converted, body)
    }
  }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void
  ) throws {
    try VideoError.check("encode", path, kind: .outputFailed) { avcodec_send_frame(context, frame) }
    while true {
      let result = avcodec_receive_packet(context, packet)
      let code = AVErrorCode(rawValue: result)
      if code == .again || code == .endOfFile { return }
      guard result >= 0 else {
        throw VideoError(operation: "encode", input: path, code: code, kind: .outputFailed)
      }
      let duration = durations.removeValue(forKey: packet.pointee.pts) ?? 0
      if duration > 0 { packet.pointee.duration = duration }
      try body(packet)
      av_packet_unref(packet)
    }
  }

  private static func free(_ frame: UnsafeMutablePointer<AVFrame>) {
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
  }
}

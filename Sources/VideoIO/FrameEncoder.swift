import CFFmpeg
import Kapao

/// Owns an encoder: takes frames in the source's time, gives packets in the encoder's.
final class FrameEncoder {
  private let owner: Owned<AVCodecContext>
  var context: UnsafeMutablePointer<AVCodecContext> { owner.native }
  /// The unit of the packets' timestamps.
  let timeBase: Rational

  private let path: String
  private let choice: EncoderChoice
  private let sourceTimeBase: Rational
  private let originTicks: Int64
  private let size: ImageSize
  private let packet: Owned<AVPacket>
  private let scratch: Owned<AVFrame>
  private var conversion: FilterGraph?
  private let upload: HardwareFrames?
  private var pacer: FramePacer
  private var keyFrames: KeyFrameSchedule
  /// The frames per second, where frames are repeated or left out to have just as many.
  let constantRate: Rational?
  /// The last frame, and when it ends, where frames are repeated.
  private var last: (frame: VideoFrame, end: Int64)?
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
    constantRate = choice.constantRate(template, container: muxer.container)
    timeBase = constantRate?.inverse ?? choice.timeBase(template)
    size = first.size
    pacer = FramePacer(
      constantRate != nil ? .constantRate : choice.isGIF ? .gif(frameRate: template.frameRate) : .none)
    keyFrames = KeyFrameSchedule(interval: options.keyFrameInterval, timeBase: timeBase)
    owner = try Owned(avcodec_alloc_context3(choice.codec), path)
    let context = owner.native
    if options.keyFrameInterval != nil, choice.codec.pointee.priv_class != nil {
      // Where there is such an option, key frames that are asked for would be none that players can begin with.
      av_opt_set(context.pointee.priv_data, "forced-idr", "1", 0)
    }
    Self.configure(context, choice: choice, options: options, template: template, first: first.native)
    context.pointee.time_base = timeBase.native
    if let constantRate { context.pointee.framerate = constantRate.native }
    if muxer.container.wantsGlobalHeader { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    if muxer.container.name == "avi" { context.pointee.max_b_frames = 0 }
    upload = choice.needsUpload ? try HardwareFrames(context, choice, path: muxer.destination.path) : nil
    try VideoError.check("encode", path, kind: .outputFailed) {
      libav.withNative { avcodec_open2(context, choice.codec, $0) }
    }
    packet = try Owned(av_packet_alloc(), path)
    scratch = try Owned(av_frame_alloc(), path)
    conversion = try Self.conversion(choice, options: options, first: first, timeBase: timeBase)
  }

  /// Encodes a frame and hands over the packets that are ready, whose content the receiver may take.
  func encode(_ frame: VideoFrame, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    guard frame.size == size else {
      throw VideoError(
        operation: "encode", input: path, code: .invalidData,
        detail: "a frame of \(frame.size) in a video of \(size)", kind: .outputFailed)
    }
    let ticks = (frame.pts &- originTicks).rescaled(from: sourceTimeBase, to: timeBase)
    guard let (repeats, pts) = pacer.admit(ticks) else { return }
    let duration = frame.duration.rescaled(from: sourceTimeBase, to: timeBase)
    guard constantRate != nil else { return try encode(frame, pts: pts, duration: duration, body) }
    for time in repeats { try encode(last?.frame ?? frame, pts: time, duration: 1, body) }
    try encode(frame, pts: pts, duration: 1, body)
    last = (frame, ticks &+ duration)
  }

  /// Frames that were left out because the output's rate has no place for them.
  var dropped: Int { pacer.dropped }

  private func encode(
    _ frame: VideoFrame, pts: Int64, duration: Int64, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void
  ) throws {
    let scratch = scratch.native
    try VideoError.check("encode", path, kind: .outputFailed) { av_frame_ref(scratch, frame.native) }
    defer { av_frame_unref(scratch) }
    scratch.pointee.pts = pts
    cffmpeg_frame_set_duration(scratch, duration)
    scratch.pointee.pict_type = keyFrames.isDue(pts) ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    if duration > 0 { durations[pts] = duration }
    if let conversion {
      try conversion.push(scratch)
      try drain(conversion, body)
    } else if choice.needsEvenSize, size.width % 2 + size.height % 2 > 0 {
      let padded = try EvenPadder.pad(scratch)
      try send(padded.native, body)
    } else {
      try send(scratch, body)
    }
  }

  /// Hands over the packets that are left.
  func finish(_ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    if let last {
      for time in pacer.finish(last.end) { try encode(last.frame, pts: time, duration: 1, body) }
    }
    if let conversion {
      try conversion.push(nil)
      try drain(conversion, body)
    }
    try send(nil, body)
  }

  private func drain(_ graph: FilterGraph, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void) throws {
    while let converted = try graph.pull() {
      try send(converted.native, body)
    }
  }

  private func send(
    _ frame: UnsafeMutablePointer<AVFrame>?, _ body: (UnsafeMutablePointer<AVPacket>) throws -> Void
  ) throws {
    if let frame, let upload {
      let uploaded = try upload.upload(frame)
      try VideoError.check("encode", path, kind: .outputFailed) { avcodec_send_frame(context, uploaded.native) }
    } else {
      try VideoError.check("encode", path, kind: .outputFailed) { avcodec_send_frame(context, frame) }
    }
    let packet = packet.native
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
}

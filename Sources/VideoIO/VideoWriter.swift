import CFFmpeg
import Foundation
import Kapao
import Support

/// Encodes frames into a file (or pipe or URL) together with copied streams.
///
/// A file is written under a temporary name in its folder and renamed by ``finish()``: a file under the final name is
/// complete. The times of all streams are shifted by one offset, so that the output begins at 0 and everything else
/// stays as it was in the source, variable frame rates included (as far as the container can say it: Matroska counts
/// milliseconds, AVI frames). Encoders of 4:2:0 that refuse odd sizes get the last column and row repeated.
///
/// Writing to standard output or a pipe can raise SIGPIPE, which the program should ignore.
public final class VideoWriter: @unchecked Sendable {
  // @unchecked: `encoding` orders the callers that encode, `lock` protects everything else.

  /// The output as the user named it.
  public let path: String

  private enum State {
    case waiting
    case running(FrameEncoder, video: UnsafeMutablePointer<AVStream>)
    case finished
    case failed(VideoError)
  }

  private let options: WriterOptions
  private let template: OutputTemplate
  private let muxer: Muxer
  private let choice: EncoderChoice
  private let encoding = NSLock()
  private let lock = NSLock()
  private var state = State.waiting
  private var queued: [MediaPacket] = []
  private var copied: [Int: UnsafeMutablePointer<AVStream>] = [:]
  private var origin: Int64 = 0
  /// How far before ``origin`` packets of audio may begin where the container has no times before 0.
  private var earliest: Int64 = .min
  private var messages: [String] = []
  private var count = 0

  /// Fails where an output cannot be made, before anything is computed for it.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`: unknown container or encoder, a folder that cannot be written.
  package static func check(_ path: String, options: WriterOptions = WriterOptions()) throws {
    try OutputDestination.checkIsWritable(path)
    let container = try Container(path, format: options.format, libavOptions: options.libavOptions)
    _ = try EncoderChoice(options, for: container, path: path)
  }

  /// Opens the output. The encoder is opened by the first frame, whose size and colour it takes over.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`: unknown container or encoder, a folder that cannot be written.
  public init(_ path: String, options: WriterOptions = WriterOptions(), template: OutputTemplate) throws {
    self.path = path
    let libav = LibavOptions(options.libavOptions)
    let tls = TLSOptions(takenFrom: libav)
    var options = options
    options.libavOptions = libav.all
    self.options = options
    self.template = template
    try OutputDestination.checkIsWritable(path)
    let container = try Container(path, format: options.format, libavOptions: options.libavOptions)
    choice = try EncoderChoice(options, for: container, path: path)
    let isRecoverable = options.isRecoverable && container.isMP4 && !options.inPlace && OutputPlace(path).file != nil
    let destination = OutputDestination(
      path, inPlace: options.inPlace || container.opensItsFiles, isRecoverable: isRecoverable)
    do {
      muxer = try Muxer(
        destination, container: container, tls: tls, timeout: options.timeout, interleaves: !options.inPlace,
        isRecoverable: isRecoverable)
    } catch {
      destination.discard()
      throw error
    }
  }

  deinit {
    abandon()
  }

  /// What could not be taken over, one sentence each. Streams are named from the first frame on, packets of copied
  /// streams that were left out because they are damaged when they are.
  public var warnings: [String] {
    lock.withLock {
      messages + droppedFrames
        + template.passthrough.compactMap { stream in
          guard let copy = copied[stream.index] else { return nil }
          let count = muxer.refused(of: copy)
          guard count > 0 else { return nil }
          return "\(stream.name): \(count) damaged \(count == 1 ? "packet is" : "packets are") left out"
        }
    }
  }

  private var droppedFrames: [String] {
    guard case .running(let encoder, _) = state, encoder.dropped > 0 else { return [] }
    let rate = (encoder.constantRate?.doubleValue ?? 0).formatted(.number.precision(.fractionLength(0...3)))
    return ["\(encoder.dropped) frames are left out: a \(muxer.container.description) has \(rate) frames a second"]
  }

  /// Number of frames written.
  public var frameCount: Int { lock.withLock { count } }

  /// Why a stream cannot be copied into such an output, in one sentence; nil if it can.
  package func reasonToLeaveOut(_ stream: PassthroughStream) -> String? {
    guard stream.isKnown else { return "\(stream.name) is left out: its sample rate is not known" }
    return muxer.isCommon(stream) ? nil : refusal(of: stream)
  }

  /// The same where the output also has to begin with the stream.
  private func reasonToLeaveOut(_ stream: PassthroughStream, options: LibavOptions) -> String? {
    if stream.kind == .audio, muxer.container.hasUntimedAudio, let start = stream.start, start > origin &+ 100_000 {
      let seconds = (Double(start &- origin) / 1e6).formatted(.number.precision(.fractionLength(0...3)))
      return
        "\(stream.name) is left out: it begins \(seconds) s late, which a \(muxer.container.description) cannot say"
    }
    return reasonToLeaveOut(stream) ?? (muxer.begins(with: stream, options: options) ? nil : refusal(of: stream))
  }

  private func refusal(of stream: PassthroughStream) -> String {
    "\(stream.name) is left out: a \(muxer.container.description) cannot hold it"
  }

  /// Encodes a frame. Frames come in order of time and are all of one size.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`; the output cannot be continued then.
  public func write(_ frame: VideoFrame) throws {
    encoding.lock()
    defer { encoding.unlock() }
    do {
      let encoder = try encoder(for: frame)
      try encoder.encode(frame) { packet in try self.mux(packet, of: encoder) }
      lock.withLock { count += 1 }
    } catch let error as VideoError {
      throw fail(error)
    }
  }

  /// Copies a packet. May be called from any thread; packets that come before the first frame wait for it.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`; the output cannot be continued then.
  public func write(_ packet: MediaPacket) throws {
    lock.lock()
    defer { lock.unlock() }
    switch state {
    case .waiting: queued.append(packet)
    case .running:
      do throws(VideoError) {
        try copy(packet)
      } catch {
        state = .failed(error)
        throw error
      }
    case .finished: break
    case .failed(let error): throw error
    }
  }

  /// Writes everything that is left, and gives a file its final name. Further calls do nothing.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`, also when no frame was written; no file is left then.
  public func finish() throws {
    encoding.lock()
    defer { encoding.unlock() }
    do {
      switch lock.withLock({ state }) {
      case .finished: return
      case .failed(let error): throw error
      case .waiting:
        throw VideoError(
          operation: "write", input: path, code: .invalidData, detail: "no frame was written", kind: .outputFailed)
      case .running(let encoder, _):
        try encoder.finish { packet in try self.mux(packet, of: encoder) }
        // From here on no packet can be written any more.
        try lock.withLock {
          try complete()
          messages += droppedFrames
          state = .finished
        }
      }
    } catch let error as VideoError {
      _ = fail(error)
      abandon()
      throw error
    }
  }

  /// Writes the end and gives the file its name, with `lock` held.
  private func complete() throws(VideoError) {
    try muxer.flush()
    try muxer.writeTrailer()
    let description = { (joined: Muxer) in
      joined.describe(
        metadata: self.described(self.template.metadata), chapters: self.template.chapters, origin: self.origin)
    }
    if let joined = try muxer.join(describing: description) {
      try joined.publish()
      muxer.destination.discard()
    } else {
      try muxer.close()
      try muxer.destination.publish()
    }
  }

  /// Closes the output and removes the temporary file, unless it is finished, or can be played as it is.
  public func abandon() {
    lock.withLock {
      if case .finished = state { return }
      if case .failed = state {
      } else {
        state = .failed(
          VideoError(operation: "write", input: path, code: .exit, detail: "abandoned", kind: .outputFailed))
      }
      queued = []
      try? muxer.close()
      if !muxer.isRecoverable || count == 0 { muxer.destination.discard() }
    }
  }

  private func fail(_ error: VideoError) -> VideoError {
    lock.withLock { state = .failed(error) }
    return error
  }

  /// The running encoder, started by the first frame.
  private func encoder(for frame: VideoFrame) throws -> FrameEncoder {
    lock.lock()
    defer { lock.unlock() }
    switch state {
    case .running(let encoder, _): return encoder
    case .failed(let error): throw error
    case .finished:
      throw VideoError(
        operation: "write", input: path, code: AVErrorCode(errno: EINVAL), detail: "the output is finished",
        kind: .outputFailed)
    case .waiting: break
    }
    origin = template.origin ?? frame.pts.microseconds(frame.timeBase)
    // Decoders want a packet or two to warm up with; but they move everything else, which frames at a fixed rate cannot be.
    let warmUp: Int64 = choice.constantRate(template, container: muxer.container) == nil ? 45_000 : 0
    if !muxer.container.hasNegativeTimes { earliest = origin &- warmUp }
    let originTicks = template.origin?.rescaled(from: .microsecond, to: frame.timeBase) ?? frame.pts
    let libav = choice.options(options)
    let encoder = try FrameEncoder(
      choice, options: options, libav: libav, template: template, muxer: muxer, first: frame,
      originTicks: originTicks)
    let video = try addStreams(encoder, options: libav)
    muxer.describe(metadata: described(template.metadata), chapters: template.chapters, origin: origin)
    try muxer.writeHeader(libav)
    try libav.checkAllTaken("write", path, kind: .outputFailed)
    state = .running(encoder, video: video)
    for packet in queued { try copy(packet) }
    queued = []
    return encoder
  }

  /// Metadata of the source as they are true of the output, which may begin later.
  private func described(_ metadata: [String: String]) -> [String: String] {
    let isPart = template.origin == nil && template.videoStart != nil
    return metadata.withTimecode(
      laterBy: isPart ? origin &- (template.videoStart ?? origin) : 0, frameRate: template.frameRate)
  }

  private func addStreams(_ encoder: FrameEncoder, options: LibavOptions) throws(VideoError)
    -> UnsafeMutablePointer<AVStream>
  {
    let owner = try Owned(avcodec_parameters_alloc(), path)
    let native = owner.native
    try VideoError.check("write", path, kind: .outputFailed) {
      avcodec_parameters_from_context(native, encoder.context)
    }
    let video = try muxer.addStream(native, timeBase: encoder.timeBase, metadata: described(template.videoMetadata))
    video.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
    video.pointee.disposition = AV_DISPOSITION_DEFAULT
    if let rate = encoder.constantRate ?? template.frameRate { video.pointee.avg_frame_rate = rate.native }
    messages += template.leftOut.map { "\($0) is left out" }
    for stream in template.passthrough + template.attachments {
      if let reason = reasonToLeaveOut(stream, options: options) {
        messages.append(reason)
        continue
      }
      let copy = try muxer.addStream(stream.parameters, timeBase: stream.timeBase, metadata: stream.metadata)
      copy.pointee.disposition = stream.disposition
      copied[stream.index] = copy
    }
    return video
  }

  /// Writes a packet of the encoder.
  private func mux(_ packet: UnsafeMutablePointer<AVPacket>, of encoder: FrameEncoder) throws(VideoError) {
    lock.lock()
    defer { lock.unlock() }
    guard case .running(_, let video) = state else { return }
    try muxer.write(packet, to: video, timeBase: encoder.timeBase)
  }

  /// What is left of something that begins at `start` and lasts for `duration`, at a later time; all in ticks.
  package static func rest(of duration: Int64, from start: Int64, at time: Int64) -> Int64 {
    let (end, overflows) = start.addingReportingOverflow(duration)
    return overflows || duration < 0 || end <= time ? 0 : end &- time
  }

  /// Writes a packet of a copied stream, with `lock` held.
  private func copy(_ packet: MediaPacket) throws(VideoError) {
    guard let stream = copied[packet.streamIndex] else { return }
    let isAudio = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    if isAudio, (packet.microseconds ?? origin) < earliest { return }
    let isCut = template.origin == nil && (packet.microseconds ?? origin) < origin
    let isSubtitle = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_SUBTITLE
    if isCut, !isSubtitle || (packet.endMicroseconds ?? 0) <= origin { return }
    let owner = try Owned(av_packet_clone(packet.native), path)
    let clone = owner.native
    let offset = origin.rescaled(from: .microsecond, to: packet.timeBase)
    if isCut {
      let start = clone.pointee.pts == cffmpeg_no_pts() ? clone.pointee.dts : clone.pointee.pts
      clone.pointee.duration = Self.rest(of: clone.pointee.duration, from: start, at: offset)
      clone.pointee.pts = offset
      clone.pointee.dts = offset
    }
    if clone.pointee.pts != cffmpeg_no_pts() { clone.pointee.pts &-= offset }
    if clone.pointee.dts != cffmpeg_no_pts() { clone.pointee.dts &-= offset }
    try muxer.write(clone, to: stream, timeBase: packet.timeBase)
  }
}

/// How a ``VideoWriter`` encodes and what it writes.
public struct WriterOptions: Sendable, Equatable {
  /// Encoder, such as `libx264` or `hevc`; nil for the usual one of the container (H.264 where it can hold it).
  public var codec: String?
  /// Constant quality, smaller is better; nil for the encoder's default.
  public var crf: Double?
  /// The encoder's preset; nil for `superfast` with x264 and `veryfast` with x265.
  public var preset: String?
  /// Width of the encoded pictures in pixels; nil for the frames' own.
  public var width: Int?
  /// Height of the encoded pictures in pixels; nil in proportion to the width. Where it is not, the pixels become longer or
  /// shorter, so that nothing looks stretched.
  public var height: Int?
  /// Threads of the encoder; 0 for its own choice.
  public var threads = 0
  /// Name of the container (`mp4`, `matroska`, `gif`); nil to go by the file's extension, Matroska on standard output.
  public var format: String?
  /// Further options of encoder and container, as on ffmpeg's command line without the dash.
  package var libavOptions: [String: String] = [:]
  /// Writes a file under its final name from the beginning: what is there can be read while it grows, and after a crash
  /// (with a container that needs no index at the end). Packets of copied streams do not wait for frames, nor these for
  /// them.
  package var inPlace = false
  /// Seconds from one key frame to the next, however many frames lie between; nil leaves them to the encoder.
  package var keyFrameInterval: Double?
  /// Writes an MP4 in fragments that are joined when it is finished, so that the temporary file can be played up to the
  /// last two seconds if the process is killed. Of no effect on other containers.
  package var isRecoverable = false
  /// Seconds that opening, and each write, may block; nil for no limit.
  package var timeout: Double?

  /// H.264 by x264 `superfast`.
  public init() {}
}

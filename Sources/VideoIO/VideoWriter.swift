import CFFmpeg
import Foundation

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
  private var messages: [String] = []
  private var count = 0

  /// Opens the output. The encoder is opened by the first frame, whose size and colour it takes over.
  ///
  /// - Throws: ``VideoError`` of kind `outputFailed`: unknown container or encoder, a folder that cannot be written.
  public init(_ path: String, options: WriterOptions = WriterOptions(), template: OutputTemplate) throws {
    self.path = path
    self.options = options
    self.template = template
    try OutputDestination.checkIsNoFolder(path)
    let container = try Container(path, format: options.format, libavOptions: options.libavOptions)
    choice = try EncoderChoice(options, for: container, path: path)
    let destination = OutputDestination(path, inPlace: options.inPlace || container.opensItsFiles)
    do {
      muxer = try Muxer(
        destination, container: container, timeout: options.timeout, interleaves: !options.inPlace)
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
      messages
        + template.passthrough.compactMap { stream in
          guard let copy = copied[stream.index] else { return nil }
          let count = muxer.refused(of: copy)
          guard count > 0 else { return nil }
          return "\(stream.name): \(count) damaged \(count == 1 ? "packet is" : "packets are") left out"
        }
    }
  }

  /// Number of frames written.
  public var frameCount: Int { lock.withLock { count } }

  /// Why a stream cannot be copied into such an output, in one sentence; nil if it can.
  public func reasonToLeaveOut(_ stream: PassthroughStream) -> String? {
    guard stream.isKnown else { return "\(stream.name) is left out: its sample rate is not known" }
    return muxer.isCommon(stream) ? nil : refusal(of: stream)
  }

  /// The same where the output also has to begin with the stream.
  private func reasonToLeaveOut(_ stream: PassthroughStream, options: LibavOptions) -> String? {
    reasonToLeaveOut(stream) ?? (muxer.begins(with: stream, options: options) ? nil : refusal(of: stream))
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
        try lock.withLock { try muxer.flush() }
        try muxer.writeTrailer()
        try muxer.close()
        try muxer.destination.publish()
        lock.withLock { state = .finished }
      }
    } catch let error as VideoError {
      _ = fail(error)
      abandon()
      throw error
    }
  }

  /// Closes the output and removes the temporary file, unless it is finished.
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
      muxer.destination.discard()
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
    let originTicks = template.origin?.rescaled(from: .microsecond, to: frame.timeBase) ?? frame.pts
    let libav = choice.options(options)
    let encoder = try FrameEncoder(
      choice, options: options, libav: libav, template: template, muxer: muxer, first: frame,
      originTicks: originTicks)
    let video = try addStreams(encoder, options: libav)
    muxer.describe(metadata: template.metadata, chapters: template.chapters, origin: origin)
    try muxer.writeHeader(libav)
    try libav.checkAllTaken("write", path, kind: .outputFailed)
    state = .running(encoder, video: video)
    for packet in queued { try copy(packet) }
    queued = []
    return encoder
  }

  private func addStreams(_ encoder: FrameEncoder, options: LibavOptions) throws(VideoError)
    -> UnsafeMutablePointer<AVStream>
  {
    var parameters = avcodec_parameters_alloc()
    defer { avcodec_parameters_free(&parameters) }
    let native = try VideoError.allocated(parameters, path)
    try VideoError.check("write", path, kind: .outputFailed) {
      avcodec_parameters_from_context(native, encoder.context)
    }
    let video = try muxer.addStream(native, timeBase: encoder.timeBase, metadata: template.videoMetadata)
    video.pointee.sample_aspect_ratio = encoder.context.pointee.sample_aspect_ratio
    video.pointee.disposition = AV_DISPOSITION_DEFAULT
    if let rate = template.frameRate { video.pointee.avg_frame_rate = rate.native }
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

  /// Writes a packet of a copied stream, with `lock` held.
  private func copy(_ packet: MediaPacket) throws(VideoError) {
    guard let stream = copied[packet.streamIndex] else { return }
    let isCut = template.origin == nil && (packet.microseconds ?? origin) < origin
    let isSubtitle = stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_SUBTITLE
    if isCut, !isSubtitle || (packet.endMicroseconds ?? 0) <= origin { return }
    let clone = try VideoError.allocated(av_packet_clone(packet.native), path)
    defer {
      var clone: UnsafeMutablePointer<AVPacket>? = clone
      av_packet_free(&clone)
    }
    let offset = origin.rescaled(from: .microsecond, to: packet.timeBase)
    if isCut {
      clone.pointee.duration = max(0, clone.pointee.duration - (offset &- clone.pointee.pts))
      clone.pointee.pts = offset
      clone.pointee.dts = offset
    }
    if clone.pointee.pts != cffmpeg_no_pts() { clone.pointee.pts &-= offset }
    if clone.pointee.dts != cffmpeg_no_pts() { clone.pointee.dts &-= offset }
    try muxer.write(clone, to: stream, timeBase: packet.timeBase)
  }
}

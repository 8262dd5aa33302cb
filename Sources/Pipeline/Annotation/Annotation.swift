import Export
import Foundation
import Inference
import Kapao
import Render
import Support
import Tracking
import VideoIO

/// Annotates one video: decode ─▶ detect ─▶ track [─▶ refine] [─▶ smooth] ─▶ draw, and then encode and export beside each
/// other, with the poses in any number of formats. Poses that are known come in place of those that are detected.
public final class Annotation: @unchecked Sendable {
  // @unchecked: `isInterrupted` and `videoError` are only touched under the lock; the rest does not change after the
  // initialiser, but for what belongs to a single stage.

  /// What a network goes by.
  package struct Network: Sendable {
    /// The arithmetic.
    package let precision: Precision
    /// How frames are fitted into the network's input.
    package let letterbox: Letterbox
  }

  /// What the input is.
  public var info: MediaInfo { reader.info }
  /// Size of the upright frames.
  package let size: ImageSize
  /// The network that finds the poses; `nil` where they are known.
  package let network: Network?

  // Not the settings as a whole: they hold the model, whose weights are of no use once the network is compiled.
  private let damageLimit: Double
  private let reader: VideoReader
  private let source: any PoseSource
  private let isRefining: Bool
  private let renderer: OverlayRenderer?
  private let overlay: AnalysisOverlay?
  private let writer: VideoWriter?
  private let poses: PoseWriterGroup
  private let graph = StageGraph(stream: "file")
  /// Open once the video has taken its first frame, or there is none: nothing is exported before.
  private let isBegun = StageGate()
  private let counter: ProgressCounter
  private let lock = NSLock()
  private var isInterrupted = false
  /// Why the video is written no longer.
  private var videoError: (any Error)?

  /// Looks whether the outputs can be made, opens the input, compiles the network and opens the outputs.
  ///
  /// - Throws: `VideoError`, `InferenceError`, `OutputError` or `PipelineError.outOfMemory`; nothing is left behind then.
  public convenience init(_ settings: AnnotationSettings) throws {
    let reader = try Self.open(settings.files)
    let source = try NetworkPoses(settings, size: try reader.frameSize())
    let hasRawPositions = settings.tracking.changesPoses
    try self.init(
      settings.files, reader: reader, source: source,
      context: ExportContext(
        skeleton: source.skeleton, source: reader.info.input,
        frameRate: reader.info.videoStream?.video?.frameRate?.doubleValue, size: try reader.frameSize(),
        model: settings.model.name, keypointObjectsOnly: settings.thresholds.keypointObjectsOnly,
        hasStates: hasRawPositions || settings.tracking.detectEvery != .all, hasRawPositions: hasRawPositions),
      network: Network(precision: source.precision, letterbox: source.letterbox), isRefining: source.isRefining,
      // Stages, decoder and encoder have threads each.
      memory: (8 + 3 * settings.threads) * 12 << 20 + source.byteCount)
  }

  /// Opens a video and the native CSV of its poses, which are drawn into it again, without a network.
  ///
  /// - Parameter files: Input, drawing and video; poses are not written again.
  /// - Throws: `VideoError`, `PoseCSVError`; nothing is left behind then.
  package convenience init(drawing poses: String, _ files: AnnotationFiles) throws {
    let reader = try Self.open(files)
    let source = try StoredPoses(poses, of: files.input)
    var files = files
    files.exports = []
    try self.init(
      files, reader: reader, source: source,
      context: ExportContext(
        skeleton: source.skeleton, source: reader.info.input, frameRate: nil, size: try reader.frameSize(), model: "",
        keypointObjectsOnly: files.style.keypointObjectsOnly), network: nil, isRefining: false, memory: 0)
  }

  private static func open(_ files: AnnotationFiles) throws -> VideoReader {
    try files.output.map { try VideoWriter.check($0, options: files.writer) }
    try files.exports.forEach { try $0.check() }
    return try VideoReader(files.input, options: files.readerOptions)
  }

  private init(
    _ files: AnnotationFiles, reader: VideoReader, source: any PoseSource, context: ExportContext, network: Network?,
    isRefining: Bool, memory: Int
  ) throws {
    self.reader = reader
    self.source = source
    self.network = network
    self.isRefining = isRefining
    size = context.size
    damageLimit = files.damageLimit
    counter = ProgressCounter(expectedFrames: source.frameCount ?? Self.expectedFrames(reader.info, files.reader))
    renderer = files.output == nil ? nil : OverlayRenderer(style: files.style, skeleton: source.skeleton)
    overlay =
      files.output == nil || files.overlay.isEmpty
      ? nil : try AnalysisOverlay(files.overlay, skeleton: source.skeleton, size: size, input: files.input)
    poses = try PoseWriterGroup(files.exports, context: context)
    do {
      // So many frames are on their way, most of them in the encoder.
      let frames = 24 * size.width * size.height * 3 / 2
      guard MemoryLimit.allows(frames + memory) else { throw PipelineError.outOfMemory }
      writer = try files.output.map { try VideoWriter($0, options: files.writer, template: reader.template) }
    } catch {
      poses.abandon()
      throw error
    }
    if writer == nil { isBegun.open() }
  }

  /// How far the run has come.
  public var progress: AnnotationProgress { counter.value }

  /// What the stages have done so far; nothing before the first frame has come through.
  package var stages: [StageMetrics] { counter.value.frames > 0 ? graph.metrics : [] }

  /// Ends the run early from any thread; outputs are finished up to there.
  public func interrupt() {
    lock.withLock { isInterrupted = true }
    graph.stop()
    reader.cancel()
  }

  /// Runs to the end of the input, or until no output is left: one that fails gets nothing more and is named in the
  /// summary, while the others are completed. A video that refuses its first frame ends the run before any other output
  /// has replaced anything.
  ///
  /// - Parameter willBegin: Called with the path of each output of poses before its first frame is written; an error is
  ///   that output's.
  /// - Throws: The first error that is no single output's; outputs with content are finished nevertheless and those
  ///   without are removed. `PipelineError.damaged` if too much of the input could not be decoded.
  public func run(
    willBegin: @escaping @Sendable (_ output: String) throws -> Void = { _ in }
  ) throws -> AnnotationSummary {
    poses.willBegin = willBegin
    defer {
      reader.close()
      // Whatever has not been finished by now has no content.
      writer?.abandon()
    }
    build()
    try graph.run()
    if !hasVideo, !poses.isAlive, let error = OutputErrors.joined(failures) { throw error }
    let damage = source.damage(of: reader)
    try damage.check(info.input, limit: damageLimit)
    return AnnotationSummary(
      progress: counter.value, damage: damage, stages: graph.metrics, warnings: writer?.warnings ?? [],
      video: hasVideo && poses.hasFrames ? writer?.path : nil, exports: poses.hasFrames ? poses.outputs : [],
      failures: failures, isRefined: isRefining, matched: (source as? StoredPoses)?.matched, wasInterrupted: interrupted
    )
  }

  // MARK: - Stages

  private func build() {
    let frames = graph.source("decode") { [self] in try decode() }
    let people = source.people(in: frames, of: graph)
    let shown = renderer.map { renderer in graph.stage("draw", people) { [self] in try draw($0, with: renderer) } }
    if let writer {
      graph.sink("encode", shown ?? people, onFailure: .dropOutput) { [self] element in
        try encode(element, with: writer)
      } finish: { [self] in
        try finish(writer)
      }
    }
    graph.sink("export", shown ?? people, onFailure: .dropOutput, gate: isBegun) { [self] in
      try export($0)
    } finish: { [self] in
      try finishExports()
    }
  }

  /// The next frame, or packet of another stream.
  private func decode() throws -> StreamElement<StreamFrame>? {
    guard !interrupted else { return nil }
    do {
      return try source.next(of: reader)
    } catch let error as VideoError where error.kind == .cancelled && interrupted {
      // The read that the interruption broke off.
      return nil
    }
  }

  private func draw(_ tracked: Tracked<StreamFrame>, with renderer: OverlayRenderer) throws -> Tracked<StreamFrame> {
    let people = tracked.shown
    let rate = counter.count(people.count, isDetected: tracked.isDetected)
    if hasVideo {
      // From the beginning of the input, as its start and end count.
      let time = tracked.time - (info.startTime ?? 0)
      let shapes = try overlay?.prepare(people, in: tracked.frame.frame, time: tracked.time).shapes ?? []
      try renderer.draw(
        people, text: OverlayText(frameRate: rate, time: time), shapes: shapes, onto: tracked.frame.frame)
    }
    return tracked
  }

  // MARK: - Outputs, each with a stage of its own

  private func encode(_ element: StreamElement<Tracked<StreamFrame>>, with writer: VideoWriter) throws {
    do {
      switch element {
      case .frame(let tracked):
        try writer.write(tracked.frame.frame)
        isBegun.open()
      case .packet(let packet): try writer.write(packet)
      case .streams, .outage: break
      }
    } catch {
      videoFailed(error, writer)
      throw error
    }
  }

  private func finish(_ writer: VideoWriter) throws {
    defer { isBegun.open() }
    guard hasVideo, writer.frameCount > 0 else { return }
    do {
      try source.finish()
      try writer.finish()
    } catch {
      videoFailed(error, writer)
    }
  }

  private func videoFailed(_ error: any Error, _ writer: VideoWriter) {
    lock.withLock { videoError = error }
    // It is the first frame that shows whether container and encoder take it.
    if writer.frameCount == 0 { graph.fail(error) }
    writer.abandon()
  }

  private func export(_ element: StreamElement<Tracked<StreamFrame>>) throws {
    guard case .frame(let tracked) = element, !graph.hasFailed || poses.hasFrames else { return }
    let people = tracked.shown
    if renderer == nil { _ = counter.count(people.count, isDetected: tracked.isDetected) }
    let frame = tracked.frame.frame
    do {
      try poses.write(
        FrameRecord(
          index: frame.index, pts: frame.pts, time: frame.time, people: people.map { PersonRecord($0) }))
    } catch {
      // The group keeps the errors, and writes to those outputs that are left.
    }
    if !poses.isAlive, let error = poses.errors.last ?? (hasVideo ? nil : failures.last) { throw error }
  }

  private func finishExports() throws {
    if poses.hasFrames { try? poses.finish() } else { poses.abandon() }
  }

  /// Whether there is a video that has not failed.
  private var hasVideo: Bool { writer != nil && lock.withLock { videoError == nil } }

  /// What went wrong with the outputs.
  private var failures: [any Error] { [lock.withLock { videoError }].compactMap { $0 } + poses.errors }

  private var interrupted: Bool { lock.withLock { isInterrupted } }

  /// Frames in the wanted range of time, as far as the container tells.
  private static func expectedFrames(_ info: MediaInfo, _ options: ReaderOptions) -> Int? {
    guard let video = info.videoStream?.video else { return nil }
    let duration = info.videoStream?.duration ?? info.duration
    let rate = video.frameRate?.doubleValue
    guard options.start != nil || options.end != nil else {
      return video.frameCount ?? duration.flatMap { duration in rate.flatMap { count(duration * $0) } }
    }
    guard let duration, let rate else { return nil }
    return count((min(options.end ?? duration, duration) - (options.start ?? 0)) * rate)
  }

  /// A number of frames; `nil` where no integer holds it.
  private static func count(_ frames: Double) -> Int? { Int(exactly: max(0, frames).rounded(.down)) }
}

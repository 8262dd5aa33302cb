import Export
import Foundation
import Inference
import Kapao
import Render
import Tracking
import VideoIO

/// Annotates one video: decode ─▶ letterbox ─▶ infer ─▶ fuse ─▶ track ─▶ draw ─▶ encode, with the poses in any
/// number of formats beside it.
public final class Annotation: @unchecked Sendable {
  // @unchecked: `isInterrupted` and `videoError` are only touched under the lock; the rest does not change after the
  // initialiser, but for what belongs to a single stage.

  /// What the input is.
  public var info: MediaInfo { reader.info }
  /// The arithmetic of the network.
  public var precision: Precision { network.precision }
  /// How frames are fitted into the network's input.
  public let letterbox: Letterbox

  // Not the settings as a whole: they hold the model, whose weights are of no use once the network is compiled.
  private let damageLimit: Double
  private let reader: VideoReader
  private let network: PoseNetwork
  private let sessions: [PoseNetworkSession]
  private let images: Pool<LetterboxedImage>
  private let outputs: Pool<PoseNetworkOutput>
  private let letterboxer = Letterboxer()
  private let renderer: OverlayRenderer?
  private let writer: VideoWriter?
  private let poses: PoseWriterGroup
  /// The thresholds with which poses are found for the tracker.
  private let thresholds: Thresholds
  private let tracking: StreamTracking
  private let detectEvery: DetectEvery
  private let schedule: FileSchedule
  private let graph = StageGraph(stream: "file")
  private let counter: ProgressCounter
  private let lock = NSLock()
  private var isInterrupted = false
  /// Why the video is written no longer.
  private var videoError: (any Error)?

  /// Opens the input, compiles the network and opens the outputs.
  ///
  /// - Throws: `VideoError`, `InferenceError` or `ExportError`; nothing is left behind then.
  public init(_ settings: AnnotationSettings) throws {
    damageLimit = settings.damageLimit
    var options = settings.reader
    options.passthrough = settings.output != nil
    let reader = try VideoReader(settings.input, options: options)
    self.reader = reader
    let size = try reader.frameSize()
    let letterbox = Letterbox(source: size, size: settings.inputSize)
    let workers = settings.coreUse.workers(threads: settings.threads)
    let network = try PoseNetwork(
      model: settings.model, inputSize: letterbox.input, backend: settings.backend, precision: settings.precision,
      threads: workers.threads, augmented: settings.augmented)
    sessions = try (0..<workers.count).map { _ in try network.makeSession() }
    images = Pool { LetterboxedImage(letterbox: letterbox) }
    outputs = Pool { network.makeOutput() }
    self.letterbox = letterbox
    self.network = network
    thresholds = settings.tracking.thresholds(settings.thresholds)
    tracking = StreamTracking(
      settings.tracking, skeleton: network.skeleton, thresholds: settings.thresholds, size: size)
    detectEvery = settings.tracking.detectEvery
    schedule = FileSchedule(detectEvery)
    counter = ProgressCounter(expectedFrames: Self.expectedFrames(reader.info, options))
    renderer = settings.output == nil ? nil : OverlayRenderer(style: settings.style, skeleton: network.skeleton)
    poses = try PoseWriterGroup(
      settings.exports,
      context: ExportContext(
        skeleton: network.skeleton, source: reader.info.input,
        frameRate: reader.info.videoStream?.video?.frameRate?.doubleValue, size: size, model: settings.model.name,
        keypointObjectsOnly: settings.thresholds.keypointObjectsOnly,
        hasStates: settings.tracking.smoothing != .none || settings.tracking.detectEvery != .all,
        hasRawPositions: settings.tracking.smoothing != .none))
    do {
      writer = try settings.output.map {
        try VideoWriter($0, options: settings.writer, template: reader.template)
      }
    } catch {
      poses.abandon()
      throw error
    }
  }

  /// How far the run has come.
  public var progress: AnnotationProgress { counter.value }

  /// What the stages have done so far; nothing before the first frame has come through.
  public var stages: [StageMetrics] { counter.value.frames > 0 ? graph.metrics : [] }

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
    do {
      try graph.run()
    } catch let error as VideoError where error.kind == .cancelled && interrupted {
      // The read that the interruption broke off.
    }
    let damage = reader.damage
    if damage.rate > damageLimit {
      throw PipelineError.damaged(
        input: info.input, damaged: damage.packetsFailed + damage.framesCorrupt, frames: damage.framesDecoded)
    }
    return AnnotationSummary(
      progress: counter.value, damage: damage, stages: graph.metrics, warnings: writer?.warnings ?? [],
      video: hasVideo && poses.hasFrames ? writer?.path : nil, exports: poses.hasFrames ? poses.outputs : [],
      failures: failures, wasInterrupted: interrupted)
  }

  // MARK: - Stages

  private func build() {
    let decoded = graph.source("decode") { [self] in try decode() }
    let prepared = graph.stage("letterbox", decoded) { [self] in try prepare($0) }
    let inferred = graph.parallelStage(
      "infer", prepared,
      workers: sessions.map { session in { [self] in try infer($0, session) } }, costlyEvery: detectEvery.most)
    let posed = graph.stage("fuse", inferred) { [self] in try fuse($0) }
    let tracked = graph.delayingStage("track", posed) { [self] in
      track($0)
    } finish: { [self] in
      tracking.finish()
    }
    let shown = renderer.map { renderer in graph.stage("draw", tracked) { [self] in try draw($0, with: renderer) } }
    graph.sink(shown == nil ? "export" : "encode", shown ?? tracked) { [self] in
      try write($0)
    } finish: { [self] in
      finish()
    }
  }

  /// The next frame; packets of other streams go straight to the output on the way.
  private func decode() throws -> DecodedFrame? {
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): return DecodedFrame(frame: frame)
      // The writer keeps an error, and throws it again with the next frame or when it is finished.
      case .packet(let packet): try? writer?.write(packet)
      }
    }
    return nil
  }

  private func prepare(_ decoded: DecodedFrame) throws -> PreparedFrame {
    guard schedule.next() else { return PreparedFrame(frame: decoded.frame, image: nil) }
    let image = images.take()
    try letterboxer.prepare(decoded.frame, into: image)
    return PreparedFrame(frame: decoded.frame, image: image)
  }

  private func infer(_ prepared: PreparedFrame, _ session: PoseNetworkSession) throws -> InferredFrame {
    guard let image = prepared.image else { return InferredFrame(frame: prepared.frame, output: nil) }
    let output = outputs.take()
    try session.run(image, into: output)
    images.give(image)
    return InferredFrame(frame: prepared.frame, output: output)
  }

  private func fuse(_ inferred: InferredFrame) throws -> PosedFrame {
    guard let output = inferred.output else { return PosedFrame(frame: inferred.frame, poses: nil) }
    let people = output.poses(thresholds, letterbox: letterbox)
    outputs.give(output)
    return PosedFrame(frame: inferred.frame, poses: people)
  }

  private func track(_ posed: PosedFrame) -> [TrackedVideoFrame] {
    schedule.done(time: posed.frame.time, at: MonotonicTime.seconds)
    return tracking.update(posed)
  }

  private func draw(_ tracked: TrackedVideoFrame, with renderer: OverlayRenderer) throws -> TrackedVideoFrame {
    let people = tracked.shown
    let rate = counter.count(people.count, isDetected: tracked.isDetected)
    if hasVideo {
      // From the beginning of the input, as its start and end count.
      let time = tracked.frame.time - (info.startTime ?? 0)
      try renderer.draw(
        people.map { OverlayPerson($0) }, text: OverlayText(frameRate: rate, time: time), onto: tracked.frame)
    }
    return tracked
  }

  /// Gives a frame to every output that has not failed: to the video first, as it is the first frame that shows whether
  /// container and encoder take it.
  ///
  /// - Throws: The errors of the outputs when none is left.
  private func write(_ tracked: TrackedVideoFrame) throws {
    let frame = tracked.frame
    if renderer == nil { _ = counter.count(tracked.shown.count, isDetected: tracked.isDetected) }
    withVideo { try $0.write(frame) }
    if writer != nil, !hasVideo, !poses.hasFrames { try throwFailures() }
    // The group keeps the errors.
    try? poses.write(
      FrameRecord(
        index: frame.index, pts: frame.pts, time: frame.time, people: tracked.shown.map { PersonRecord($0) }))
    if !hasVideo, !poses.isAlive { try throwFailures() }
  }

  private func finish() {
    if poses.hasFrames { try? poses.finish() } else { poses.abandon() }
    withVideo { if $0.frameCount > 0 { try $0.finish() } }
  }

  /// Works on the video unless it has failed; it has when `work` throws.
  private func withVideo(_ work: (VideoWriter) throws -> Void) {
    guard let writer, hasVideo else { return }
    do {
      try work(writer)
    } catch {
      lock.withLock { videoError = error }
      writer.abandon()
    }
  }

  /// Whether there is a video that has not failed.
  private var hasVideo: Bool { writer != nil && lock.withLock { videoError == nil } }

  /// What went wrong with the outputs.
  private var failures: [any Error] { [lock.withLock { videoError }].compactMap { $0 } + poses.errors }

  private func throwFailures() throws {
    if let error = OutputErrors.joined(failures) { throw error }
  }

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

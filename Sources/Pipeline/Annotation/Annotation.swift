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
  // @unchecked: `isInterrupted` is only touched under the lock; the rest does not change after the initialiser, but
  // for what belongs to a single stage.

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

  /// Opens the input, compiles the network and opens the outputs.
  ///
  /// - Throws: `VideoError`, `InferenceError` or `ExportError`; nothing is left behind then.
  public init(_ settings: AnnotationSettings) throws {
    damageLimit = settings.damageLimit
    var options = settings.reader
    options.passthrough = settings.output != nil
    let reader = try VideoReader(settings.input, options: options)
    self.reader = reader
    let size = reader.info.videoStream!.video!.uprightSize
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

  /// Runs to the end of the input.
  ///
  /// - Throws: The first error; outputs with content are finished nevertheless and those without are removed.
  ///   `PipelineError.damaged` if too much of the input could not be decoded.
  public func run() throws -> AnnotationSummary {
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
      exports: poses.outputs, wasInterrupted: interrupted)
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
      try track($0)
    } finish: { [self] in
      try export(tracking.finish())
    }
    guard let writer else {
      graph.sink("export", tracked) { [self] in
        _ = counter.count($0.shown.count, isDetected: $0.isDetected)
      } finish: { [self] in
        try finishPoses()
      }
      return
    }
    let drawn = graph.stage("draw", tracked) { [self] in try draw($0) }
    graph.sink("encode", drawn) {
      try writer.write($0.frame)
    } finish: { [self] in
      // An output of poses that fails does not take the video with it.
      let poses = Result { try finishPoses() }
      if writer.frameCount > 0 { try writer.finish() }
      try poses.get()
    }
  }

  private func finishPoses() throws {
    if counter.value.frames > 0 { try poses.finish() } else { poses.abandon() }
  }

  /// The next frame; packets of other streams go straight to the output on the way.
  private func decode() throws -> DecodedFrame? {
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): return DecodedFrame(frame: frame)
      case .packet(let packet): try writer?.write(packet)
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

  private func track(_ posed: PosedFrame) throws -> [TrackedVideoFrame] {
    schedule.done(time: posed.frame.time, at: MonotonicTime.seconds)
    return try export(tracking.update(posed))
  }

  private func export(_ frames: [TrackedVideoFrame]) throws -> [TrackedVideoFrame] {
    for tracked in frames {
      let frame = tracked.frame
      try poses.write(
        FrameRecord(
          index: frame.index, pts: frame.pts, time: frame.time, people: tracked.shown.map { PersonRecord($0) }))
    }
    return frames
  }

  private func draw(_ tracked: TrackedVideoFrame) throws -> TrackedVideoFrame {
    let people = tracked.shown
    let rate = counter.count(people.count, isDetected: tracked.isDetected)
    // From the beginning of the input, as its start and end count.
    let time = tracked.frame.time - (info.startTime ?? 0)
    try renderer?.draw(
      people.map { OverlayPerson($0) }, text: OverlayText(frameRate: rate, time: time), onto: tracked.frame)
    return tracked
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

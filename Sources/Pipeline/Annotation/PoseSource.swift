import Export
import Foundation
import Inference
import Kapao
import Support
import Tracking
import VideoIO

/// Who is in the frames of a video: found by a network, or known from before.
protocol PoseSource: AnyObject, Sendable {
  /// The keypoints' names and order.
  var skeleton: Skeleton { get }
  /// How many frames there are, where that is known better than from the container.
  var frameCount: Int? { get }
  /// The next frame of the video, or packet of another stream; `nil` at the end.
  func next(of reader: VideoReader) throws -> StreamElement<StreamFrame>?
  /// What of the video was damaged.
  func damage(of reader: VideoReader) -> DamageReport
  /// Adds the stages that put people into frames.
  func people(in frames: StageLink<StreamFrame>, of graph: StageGraph) -> StageLink<Tracked<StreamFrame>>
  /// Throws what makes the whole output worthless, once all frames have been through.
  func finish() throws
}

extension PoseSource {
  var frameCount: Int? { nil }

  func damage(of reader: VideoReader) -> DamageReport { reader.damage }

  /// The next frame as `frame` makes it, or packet.
  fileprivate func next(
    of reader: VideoReader, _ frame: (VideoFrame) throws -> StreamFrame
  ) throws -> StreamElement<StreamFrame>? {
    switch try reader.next() {
    case .frame(let decoded): .frame(try frame(decoded))
    case .packet(let packet): .packet(packet)
    case nil: nil
    }
  }
}

/// People found by a network: detect ─▶ track [─▶ refine] [─▶ smooth].
final class NetworkPoses: PoseSource {
  let skeleton: Skeleton
  let precision: Precision
  let letterbox: Letterbox
  /// What the network needs for a frame on its way, in bytes.
  let byteCount: Int
  let isRefining: Bool
  /// One for each thread that detects at the same time; none where what was detected is kept.
  private let workers: [DetectionWorker]
  /// Detections in place of those of the network.
  private let store: DetectionParts?
  /// Whether there is a video to write; else the frames that are stored are taken for those of the input.
  private let isDrawn: Bool
  private let tracking: StreamTracking<StreamFrame>
  /// One for each thread of the refinement; none without it.
  private let refiners: [PersonRefiner]
  /// People of a frame who are refined, at most.
  private let mostRefined: Int
  private let smoothing: StreamSmoothing<StreamFrame>?
  private let detectEvery: DetectEvery
  private let schedule: FileSchedule

  /// Compiles the network.
  ///
  /// - Throws: `InferenceError`.
  init(_ settings: AnnotationSettings, size: ImageSize) throws {
    let (detector, count) = try settings.detector()
    skeleton = detector.skeleton
    letterbox = detector.letterbox(for: size)
    store = settings.detections
    isDrawn = settings.files.output != nil
    if let store {
      try store.check(settings)
      precision = store.part.model.precision.flatMap { Precision(rawValue: $0) } ?? .fp32
      workers = []
    } else {
      precision = try detector.network(for: letterbox.input).precision
      workers = try settings.detectionWorkers(detector, count: count, size: size)
    }
    // Poses must exceed the threshold; trackers take those that reach theirs.
    tracking = StreamTracking(
      settings.tracking, skeleton: skeleton, confidence: settings.thresholds.poseConfidence.nextUp, size: size)
    mostRefined = settings.mostRefined
    refiners =
      mostRefined > 0
      ? (0..<count).map { _ in PersonRefiner(detector, thresholds: settings.thresholds) } : []
    for refiner in refiners { try refiner.prepare() }
    detector.seal()
    isRefining = mostRefined > 0
    smoothing = StreamSmoothing(settings.tracking, skeleton: skeleton)
    detectEvery = settings.tracking.detectEvery
    schedule = FileSchedule(detectEvery, isRefined: isRefining)
    // What the network reads, 3 bytes a pixel, and writes, 57 floats for 3 anchors in each of 4 grids.
    byteCount = letterbox.input.width * letterbox.input.height * (3 + 15) * (3 * count + 6)
  }

  var frameCount: Int? { store?.frameCount }

  func next(of reader: VideoReader) throws -> StreamElement<StreamFrame>? {
    guard let store else { return try next(of: reader) { StreamFrame($0, isDue: schedule.next()) } }
    guard isDrawn else { return try store.nextFrame(timeBase: reader.timeBase).map { .frame($0) } }
    return try next(of: reader) { try StreamFrame($0, stored: store.poses(at: $0.pts)) }
  }

  func damage(of reader: VideoReader) -> DamageReport {
    store.map { isDrawn ? reader.damage : $0.damage } ?? reader.damage
  }

  func people(in frames: StageLink<StreamFrame>, of graph: StageGraph) -> StageLink<Tracked<StreamFrame>> {
    graph.people(
      in: frames,
      PoseStages(
        detect: workers.isEmpty
          ? [{ frame, _ in DetectedFrame(frame: frame, poses: frame.stored) }]
          : workers.map { worker in { frame, clock in try worker.detect(frame, clock: clock) } },
        detectEvery: detectEvery.most,
        track: { [self] in track($0) }, finishTracking: { [self] in tracking.finish() },
        refine: refiners.map { refiner in { [self] tracked, _ in try refine(tracked, refiner) } },
        smoothing: smoothing))
  }

  func finish() {}

  private func track(_ detected: DetectedFrame) -> [Tracked<StreamFrame>] {
    schedule.done(time: detected.frame.time, at: MonotonicTime.seconds)
    return tracking.update(detected.frame, at: detected.frame.time, poses: detected.poses)
  }

  private func refine(_ tracked: Tracked<StreamFrame>, _ refiner: PersonRefiner) throws -> Tracked<StreamFrame> {
    var tracked = tracked
    tracked.people = try refiner.refined(
      tracked.people, in: tracked.frame.frame, at: tracked.time, scale: letterbox.scale, most: mostRefined
    ).people
    return tracked
  }
}

extension AnnotationSettings {
  /// The network, compiled, and how many threads are to detect with it at the same time.
  ///
  /// - Throws: `InferenceError`.
  func detector() throws -> (detector: PoseDetector, workers: Int) {
    let cores = coreUse.workers(threads: threads, batch: try runtime.batchSize(for: backend))
    let detector = try PoseDetector(
      model: model, inputSize: inputSize, backend: backend, precision: precision, threads: cores.threads,
      runtime: runtime, augmentation: augmentation)
    return (detector, cores.count)
  }

  /// A worker for each of those threads, ready for frames of a size.
  ///
  /// - Throws: `InferenceError`.
  func detectionWorkers(_ detector: PoseDetector, count: Int, size: ImageSize) throws -> [DetectionWorker] {
    let thresholds = tracking.thresholds(thresholds)
    return try (0..<count).map { _ in
      let worker = DetectionWorker(detector, thresholds: thresholds)
      try worker.prepare(for: size)
      return worker
    }
  }
}

extension DetectionWorker {
  /// Detects people in a frame, if that is due.
  func detect(_ frame: StreamFrame, clock: StageClock) throws -> DetectedFrame {
    DetectedFrame(frame: frame, poses: frame.isDue ? try poses(in: frame.frame, clock: clock) : nil)
  }
}

/// People of the native CSV of the same video; rows belong to the frame of the same time.
final class StoredPoses: PoseSource, @unchecked Sendable {
  // @unchecked: the rows are only read by a single stage, and the count under the lock.

  let skeleton: Skeleton
  private let path: String
  private let video: String
  private let rows: PoseCSVReader
  private var row: FrameRecord?
  private let lock = NSLock()
  private var counts = (frames: 0, matched: 0)

  /// Opens the CSV.
  ///
  /// - Throws: `PoseCSVError`.
  init(_ path: String, of video: String) throws {
    self.path = path
    self.video = video
    rows = try PoseCSVReader(path: path)
    skeleton = rows.skeleton
    row = try rows.next()
  }

  /// Frames of which the CSV has rows.
  var matched: Int { lock.withLock { counts.matched } }

  func next(of reader: VideoReader) throws -> StreamElement<StreamFrame>? {
    try next(of: reader) { StreamFrame($0, isDue: true) }
  }

  func people(in frames: StageLink<StreamFrame>, of graph: StageGraph) -> StageLink<Tracked<StreamFrame>> {
    graph.stage("poses", frames) { [self] in try people(in: $0) }
  }

  /// - Throws: `PoseCSVError` where no row is of any frame.
  func finish() throws {
    let counts = lock.withLock { self.counts }
    guard counts.matched > 0 || counts.frames == 0 else {
      throw PoseCSVError(path: path, reason: "no row has the time of a frame of \(video)")
    }
  }

  private func people(in frame: StreamFrame) throws -> Tracked<StreamFrame> {
    // The CSV has microseconds.
    while let now = row, now.time < frame.time - 1e-5 { row = try rows.next() }
    let isMatch = row.map { $0.time <= frame.time + 1e-5 } ?? false
    lock.withLock {
      counts.frames += 1
      if isMatch { counts.matched += 1 }
    }
    let people = (isMatch ? row?.people : nil) ?? []
    return Tracked(
      frame: frame, time: frame.time,
      people: people.map { TrackedPose(pose: $0.pose, trackID: $0.trackID, lastSeen: frame.time) }, isDetected: true)
  }
}

import Export
import Foundation
import Inference
import Kapao
import Support
import VideoIO

/// Detects people in one part of a video and keeps what was found, weak detections included: decode ─▶ detect ─▶ store.
///
/// Who is who is found out when all parts are put together (``DetectionParts``).
package final class PartDetection: @unchecked Sendable {
  // @unchecked: `isInterrupted` locks itself; the rest does not change after the initialiser, but for what belongs to a
  // single stage.

  /// What the part is.
  package let part: DetectionPart
  /// Whether the part is there already, and whole.
  package let isDone: Bool

  private let path: String
  private let times: [Int64]
  private let range: SplitPlan.Range
  private let every: Int
  private let damageLimit: Double
  private let reader: VideoReader?
  private let workers: [DetectionWorker]
  private let graph = StageGraph(stream: "part")
  private let counter: ProgressCounter
  private let isInterrupted = Locked(false)

  /// Opens the input at the part and compiles the network.
  ///
  /// - Parameters:
  ///   - number: Which part, from 1.
  ///   - folder: That of the parts.
  ///   - model: The network as it is described.
  /// - Throws: `VideoError`, `InferenceError`, `OutputError` or `PipelineError`.
  package init(
    _ settings: AnnotationSettings, plan: SplitPlan, number: Int, in folder: String, model: RunDescription.Model,
    program: RunDescription.Program
  ) throws {
    range = plan.ranges[number - 1]
    times = plan.times(of: range)
    guard case .frames(let every) = settings.tracking.detectEvery, settings.mostRefined == 0 else {
      throw PipelineError.parts("people are refined, or detected as often as there is time for")
    }
    self.every = every
    damageLimit = settings.files.damageLimit
    counter = ProgressCounter(expectedFrames: range.count)
    let (detector, count) = try settings.detector()
    var part = DetectionPart(
      number: number, count: plan.ranges.count, plan: plan.identity, program: program, model: model,
      settings: settings.describedDetection, keypoints: detector.skeleton.keypointNames.count)
    part.model.precision = (settings.precision ?? settings.backend.usualPrecision(for: settings.model)).rawValue
    self.part = part
    path = FileName.path(folder, part.fileName)
    if let earlier = try? DetectionReader(path), earlier.part == part {
      isDone = true
      reader = nil
      workers = []
      return
    }
    isDone = false
    guard let first = times.first else {
      reader = nil
      workers = []
      return
    }
    var options = settings.files.reader
    options.passthrough = false
    func seconds(_ time: Int64) -> Double { Double(time.microseconds(plan.timeBase) - plan.origin) / 1e6 }
    options.start = range.first > 0 ? seconds(first) : nil
    if number < plan.ranges.count {
      options.end = plan.ranges[number...].first { $0.count > 0 }.flatMap { plan.times(of: $0).first }.map(seconds)
    }
    let reader = try VideoReader(settings.files.input, options: options)
    self.reader = reader
    let size = try reader.frameSize()
    workers = try settings.detectionWorkers(detector, count: count, size: size)
    detector.seal()
    let image = size.width * size.height * 3 / 2 * (24 + count)
    guard MemoryLimit.allows(image + count * 64 << 20) else { throw PipelineError.outOfMemory }
  }

  /// How far the run has come.
  package var progress: AnnotationProgress { counter.value }

  /// Ends the run early from any thread; nothing is left of the part.
  package func interrupt() {
    isInterrupted.withLock { $0 = true }
    graph.stop()
    reader?.cancel()
  }

  /// Runs to the end of the part. A part that is done already is left as it is.
  ///
  /// - Throws: The first error; no file is left then. `VideoError` of kind `cancelled` after an interruption.
  package func run() throws {
    guard !isDone else { return }
    let writer = try DetectionWriter(path, part)
    defer { writer.abandon() }
    if let reader {
      defer { reader.close() }
      try detect(reader, writer)
    }
    guard !isInterrupted.value else {
      throw VideoError(operation: "read", input: reader?.info.input ?? path, code: .exit, kind: .cancelled)
    }
    let damage = reader?.damage ?? DamageReport()
    if let reader { try damage.check(reader.info.input, limit: damageLimit) }
    try writer.finish((damage.framesDecoded, damage.packetsFailed, damage.framesCorrupt))
  }

  private func detect(_ reader: VideoReader, _ writer: DetectionWriter) throws {
    let frames: StageLink<StreamFrame> = graph.source("decode") { [self] in
      while true {
        do {
          guard let item = try reader.next() else { return nil }
          guard case .frame(let frame) = item else { continue }
          // By the frame's place in the video, whatever was decoded of what is in front of it.
          let place = range.first + times.partitionIndex { $0 >= frame.pts }
          return .frame(StreamFrame(frame, isDue: place % every == 0))
        } catch let error as VideoError where error.kind == .cancelled && isInterrupted.value {
          return nil
        }
      }
    }
    let detected: StageLink<DetectedFrame> = graph.parallelStage(
      "detect", frames, steps: DetectionWorker.steps, costlyEvery: every,
      workers: workers.map { worker in { frame, clock in try worker.detect(frame, clock: clock) } })
    graph.sink("store", detected) { [counter] element in
      guard case .frame(let frame) = element else { return }
      try writer.write(StoredFrame(pts: frame.frame.frame.pts, poses: frame.poses))
      _ = counter.count(frame.poses?.count ?? 0, isDetected: frame.poses != nil)
    }
    try graph.run()
  }
}

/// The parts of a video that are put together: their detections in order, in place of a network.
package final class DetectionParts: @unchecked Sendable {
  // @unchecked: used by a single stage.

  /// What the parts have in common.
  package let part: DetectionPart
  /// Frames of all parts.
  let frameCount: Int
  private let folder: String
  private let readers: [DetectionReader]
  private let plan: SplitPlan
  private var current = 0
  private var last: Int64?
  private var ahead: StoredFrame?
  private var count = 0

  /// Opens the parts in a folder and checks that they are all there, once each, and agree.
  ///
  /// - Throws: ``DetectionError``.
  package init(in folder: String) throws {
    guard let plan = try? SplitPlan.read(folder) else {
      throw DetectionError(path: folder, reason: "there are no parts; run batch --split first", isTransient: true)
    }
    self.plan = plan
    self.folder = folder
    var found: [Int: DetectionReader] = [:]
    let names = (FileSystem.names(in: folder) ?? []).filter {
      !$0.hasPrefix(".") && $0.hasSuffix("." + DetectionPart.fileExtension)
    }
    for name in names.sorted() {
      let reader = try DetectionReader(FileName.path(folder, name))
      if let first = found.values.min(by: { $0.part.number < $1.part.number }),
        let difference = reader.part.difference(from: first.part)
      {
        throw DetectionError(path: reader.path, reason: "\(difference) than \(FileName.last(of: first.path))")
      }
      guard reader.part.plan == plan.identity, plan.ranges.indices.contains(reader.part.number - 1) else {
        throw DetectionError(path: reader.path, reason: "is of another input, or of parts of another length")
      }
      if let other = found.updateValue(reader, forKey: reader.part.number) {
        throw DetectionError(
          path: folder,
          reason: "part \(reader.part.number) is there twice: \(FileName.last(of: other.path)) and \(name)")
      }
    }
    readers = try (1...plan.ranges.count).map { number in
      guard let reader = found[number] else {
        throw DetectionError(
          path: folder, reason: "part \(number) of \(plan.ranges.count) is missing; run the batch again",
          isTransient: true)
      }
      return reader
    }
    part = readers[0].part
    frameCount = readers.reduce(0) { $0 + Int($1.totals.frames) }
  }

  /// Checks that a run with these settings would have detected the same.
  ///
  /// - Throws: ``DetectionError``.
  func check(_ settings: AnnotationSettings) throws {
    guard settings.mostRefined == 0 else {
      throw PipelineError.parts("people are refined, which needs to know who is where")
    }
    if FileSystem.isFile(settings.files.input), let size = plan.inputSize,
      FileSystem.status(settings.files.input).map({ Int($0.st_size) }) != size
    {
      throw DetectionError(path: folder, reason: "its parts are of another input than \(settings.files.input)")
    }
    let described = settings.describedDetection
    let names = Set(described.keys).union(part.settings.keys).sorted()
    if let name = names.first(where: { described[$0] != part.settings[$0] }) {
      throw DetectionError(path: folder, reason: "its parts were detected with another value of \(name)")
    }
    if let precision = settings.precision, precision.rawValue != part.model.precision {
      throw DetectionError(path: folder, reason: "its parts were detected with another value of precision")
    }
  }

  /// Checks that they were detected by this version of the program with this model.
  ///
  /// - Throws: ``DetectionError``, or `VideoError` where the model's file cannot be read.
  package func check(modelPath: String, version: String) throws {
    guard part.program.version == version else {
      throw DetectionError(
        path: folder,
        reason: "its parts were detected by another version of the program (\(part.program.version), not \(version))")
    }
    guard try part.model.sha256 == FileDigest.sha256(ofFile: modelPath) else {
      throw DetectionError(path: folder, reason: "its parts were detected with another model (\(part.model.name))")
    }
  }

  /// What was damaged, summed up.
  var damage: DamageReport {
    var damage = DamageReport()
    for totals in readers.map(\.totals) {
      damage.framesDecoded += Int(totals.framesDecoded)
      damage.packetsFailed += Int(totals.packetsFailed)
      damage.framesCorrupt += Int(totals.framesCorrupt)
    }
    return damage
  }

  /// What was detected in the frame of a time stamp, which come in order; `nil` without a detection.
  func poses(at pts: Int64) throws -> [Pose]? {
    while (ahead?.pts ?? .min) < pts, let frame = try next() { ahead = frame }
    return ahead.flatMap { $0.pts == pts ? $0.poses : nil }
  }

  /// The next frame of all parts, without a picture; `nil` at the end.
  func nextFrame(timeBase: Rational) throws -> StreamFrame? {
    guard let stored = try next() else { return nil }
    defer { count += 1 }
    let size = ImageSize(width: 2, height: 2)
    return StreamFrame(
      try VideoFrame.blank(size: size, pts: stored.pts, timeBase: timeBase, index: count), stored: stored.poses)
  }

  /// The next frame of all parts; `nil` at the end.
  ///
  /// - Throws: ``DetectionError`` also where times do not follow one another, or lie in another part.
  func next() throws -> StoredFrame? {
    while current < readers.count {
      guard let frame = try readers[current].next() else {
        current += 1
        continue
      }
      if let last, frame.pts <= last {
        throw DetectionError(path: readers[current].path, reason: "begins before the end of the part in front of it")
      }
      last = frame.pts
      return frame
    }
    return nil
  }
}

extension AnnotationSettings {
  /// All that decides what is detected in a frame, for parts that are to be put together.
  var describedDetection: [String: RunDescription.SettingValue] {
    let detection = AnalysisSettings.Detection.resolved(tracking.thresholds(thresholds), augmentation, .off)
    var settings = RunDescription.settings(detection)
    settings["size"] = .number(Double(inputSize))
    settings["backend"] = .text(backend.rawValue)
    settings["detect_every"] = .text(tracking.detectEvery.description)
    settings["hdr"] = .text(files.reader.hdr.rawValue)
    settings["rotate"] = files.reader.rotate.map { .number(Double($0)) }
    settings["video_stream"] = files.reader.videoStreamIndex.map { .number(Double($0)) }
    return settings
  }
}

import ArgumentParser
import Export
import Foundation
import Kapao
import Pipeline
import Support
import VideoIO

/// How people are found in a video, and what is measured of them: what `annotate` and `export` have in common.
struct AnalysisOptions: ParsableArguments {
  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
  @OptionGroup(title: "Tracking and smoothing") var tracking: TrackingOptions
  @OptionGroup(title: "Court and side") var camera: CameraOptions
  @OptionGroup(title: "Measuring") var measurement: MeasurementOptions

  @Option(help: "throughput (one frame per core, most frames a second) or latency (all cores on one frame).")
  var coreUse: CoreUse = .throughput

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  func validate() throws { try settings().check() }

  /// Checks the command's outputs and what is measured of the poses, before anything is opened.
  func check(inputs: [String], videos: [String] = [], exports: [ExportTarget] = []) throws {
    try measurement.check(camera, inputs: inputs, model: network.model, videos: videos, exports: exports)
    if try measurement.isWanted(), tracking.tracker == TrackerChoice.none {
      throw ValidationError("people are measured along their tracks: take another --tracker.")
    }
  }

  /// How people are detected, tracked and drawn.
  ///
  /// - Parameter others: Sets what other options say.
  func settings(_ others: (inout AnalysisSettings) -> Void = { _ in }) -> AnalysisSettings {
    var settings = AnalysisSettings()
    network.apply(to: &settings.detection)
    thresholds.apply(to: &settings.detection)
    tracking.apply(to: &settings.tracking)
    camera.apply(to: &settings.overlay)
    others(&settings)
    return settings
  }

  /// Detects people in a part of a video, and keeps what is found in the folder of parts.
  func detect(
    _ part: Shard, of seconds: Double, _ inputs: [String], _ analysis: AnalysisSettings, in folder: String
  ) throws {
    let modelPath = try analysis.modelPath()
    let settings = try annotation(inputs, analysis, modelPath)
    let plan = try SplitPlan.plan(
      for: inputs[0], options: settings.files.reader, seconds: seconds, count: part.count, in: folder)
    let detection = try PartDetection(
      settings, plan: plan, number: part.number, in: folder,
      model: .init(
        name: settings.model.name, sha256: try FileDigest.sha256(ofFile: modelPath),
        architecture: settings.model.architecture.name, inputSize: settings.inputSize,
        backend: settings.backend.rawValue),
      program: .init(version: KapaoVideo.version))
    InterruptHandler.shared.onInterrupt { detection.interrupt() }
    let reporter = ProgressReporter(isQuiet: quiet, progress: { detection.progress })
    reporter.start()
    let result = Result { try detection.run() }
    reporter.stop()
    try result.get()
    if !quiet {
      StandardError.print(
        detection.isDone
          ? "Part \(part) is there already"
          : "Part \(part): \(detection.progress.frames.counted("frame")) in "
            + ProgressReporter.duration(detection.progress.seconds))
    }
  }

  /// Runs over a video.
  ///
  /// - Parameters:
  ///   - inputs: The file or URL, or the pictures that are the frames of one video.
  ///   - analysis: From ``settings(_:)``.
  ///   - detections: Folder of what was detected in parts, in place of a network.
  ///   - outputs: Sets the outputs.
  func run(
    _ inputs: [String], _ analysis: AnalysisSettings, detections: String? = nil,
    outputs: (inout AnnotationFiles) -> Void
  ) throws {
    let measuring = try measuring(inputs)
    let modelPath = try analysis.modelPath()
    var settings = try annotation(inputs, analysis, modelPath)
    settings.detections = try detections.map { try DetectionParts(in: $0) }
    outputs(&settings.files)
    guard let measuring else {
      return try AnnotationRun(settings, modelPath: modelPath, isQuiet: quiet).run()
    }
    let poses = try MeasuredPoses(settings.files.exports)
    defer { poses.remove() }
    if let added = poses.added { settings.files.exports.append(added) }
    try AnnotationRun(settings, modelPath: modelPath, isQuiet: quiet).run(unnamed: poses.added?.path) { summary in
      guard summary.exports.contains(poses.path) else { return false }
      return try measuring.run(poses.path, quiet: quiet, wasInterrupted: summary.wasInterrupted)
    }
  }

  /// Draws stored poses into their video.
  func draw(_ poses: String, _ inputs: [String], _ analysis: AnalysisSettings, outputs: (inout AnnotationFiles) -> Void)
    throws
  {
    let measuring = try measuring(inputs)
    var files = try files(inputs, analysis, decoderThreads: analysis.detection.threadCount)
    files.style = analysis.drawing.style(
      keypointObjectsOnly: analysis.detection.keypointObjectsOnly ?? false, preset: analysis.detection.preset)
    outputs(&files)
    try AnnotationRun(drawing: poses, files, isQuiet: quiet).run { summary in
      try measuring?.run(poses, quiet: quiet, wasInterrupted: summary.wasInterrupted) ?? false
    }
  }

  private func annotation(
    _ inputs: [String], _ analysis: AnalysisSettings, _ modelPath: String
  ) throws -> AnnotationSettings {
    var settings = AnnotationSettings(input: inputs[0], analysis: analysis, model: try Model.load(modelPath))
    settings.files = try files(inputs, analysis, decoderThreads: settings.threads)
    settings.files.style = analysis.drawing.style(
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, preset: analysis.detection.preset)
    settings.coreUse = coreUse
    return settings
  }

  private func files(
    _ inputs: [String], _ analysis: AnalysisSettings, decoderThreads: Int
  ) throws -> AnnotationFiles {
    var files = AnnotationFiles(input: inputs[0])
    files.reader = input.readerOptions
    files.reader.following = Array(inputs.dropFirst())
    files.reader.decoderThreads = decoderThreads
    files.overlay = try analysis.overlay.settings()
    // Without the option the encoder has its usual number.
    if let threads = analysis.detection.threads { files.writer.threads = threads }
    return files
  }

  /// What is measured when the poses are there; read before, so that an error in its files comes first.
  private func measuring(_ inputs: [String]) throws -> Measuring? {
    guard try measurement.isWanted() else { return nil }
    return Measuring(
      options: measurement, settings: try measurement.settings(camera), input: inputs[0],
      // Pictures are taken from files; several pictures are no video.
      video: inputs.count == 1 && FileManager.default.fileExists(atPath: inputs[0]) ? inputs[0] : nil,
      reader: input.readerOptions)
  }
}

/// What is measured in a video's poses once they are there.
private struct Measuring {
  let options: MeasurementOptions
  let settings: PoseAnalysis.Settings
  let input: String
  let video: String?
  let reader: ReaderOptions

  /// - Parameter wasInterrupted: Whether the poses end early; they are measured nevertheless.
  /// - Returns: Whether this was interrupted.
  func run(_ poses: String, quiet: Bool, wasInterrupted: Bool) throws -> Bool {
    InterruptHandler.shared.onInterrupt {}
    return try options.analyse(
      poses, source: input, settings: settings, video: video, reader: reader, quiet: quiet
    ) { !wasInterrupted && InterruptHandler.shared.isInterrupted }
  }
}

/// The CSV that is measured: the first that is written to a file, else one in a folder that goes with the run.
private struct MeasuredPoses {
  let path: String
  /// The folder that goes with the run.
  private let folder: String?

  init(_ targets: [ExportTarget]) throws {
    if let target = targets.first(where: { $0.format == .csv && OutputPlace($0.path).file != nil }) {
      (path, folder) = (target.path, nil)
      return
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "kapao-video-\(UUID().uuidString)").path
    InterruptHandler.shared.remove(folder)
    let code = FileSystem.makeFolder(folder)
    guard code == 0 else { throw OutputError(.create, path: folder, code: code) }
    (path, self.folder) = (folder + "/poses.csv", folder)
  }

  /// The CSV as an output of its own, where it is none of the user's.
  var added: ExportTarget? { folder.map { _ in ExportTarget(.csv, path: path) } }

  /// Removes it, if it goes with the run.
  func remove() {
    guard let folder else { return }
    try? FileManager.default.removeItem(atPath: folder)
    InterruptHandler.shared.forget(folder)
  }
}

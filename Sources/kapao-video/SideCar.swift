import Export
import Foundation
import Kapao
import Pipeline
import VideoIO

/// The description of a run beside each of its native CSVs: written when the first frame is, and again with the totals.
struct SideCar {
  /// The descriptions' paths by those of the CSVs.
  private let paths: [String: String]
  private let description: RunDescription

  /// `nil` if there is no CSV, or it goes to standard output.
  init?(annotation: Annotation, settings: AnnotationSettings, modelPath: String) throws {
    var paths: [String: String] = [:]
    for target in settings.exports where target.format == .csv {
      paths[target.path] = RunDescription.path(beside: target.path)
    }
    self.paths = paths
    guard !paths.isEmpty else { return nil }
    let info = annotation.info
    let stream = info.videoStream!
    let video = stream.video!
    description = RunDescription(
      program: .init(version: KapaoVideo.version),
      source: .init(
        name: info.input, frameRate: video.frameRate?.description, timeBase: stream.timeBase.description,
        size: annotation.letterbox.source, rotation: video.rotation, duration: info.duration),
      model: .init(
        name: settings.model.name, sha256: try FileDigest.sha256(ofFile: modelPath),
        architecture: settings.model.architecture.name, inputSize: settings.inputSize,
        backend: settings.backend.rawValue, precision: annotation.precision.rawValue),
      skeleton: settings.model.architecture.skeleton!,
      settings: Self.values(settings, input: annotation.letterbox.input),
      started: Date())
  }

  private static func values(
    _ settings: AnnotationSettings, input: ImageSize
  ) -> [String: RunDescription.SettingValue] {
    let thresholds = settings.thresholds
    func number(_ value: Float) -> RunDescription.SettingValue { .number(Double("\(value)")!) }
    var values: [String: RunDescription.SettingValue] = [:]
    values["scoring"] = .text(thresholds.scoring.rawValue)
    values["pose_confidence"] = number(thresholds.poseConfidence)
    values["pose_overlap"] = number(thresholds.poseOverlap)
    values["keypoint_confidence"] = number(thresholds.keypointConfidence)
    values["keypoint_overlap"] = number(thresholds.keypointOverlap)
    values["fusion_confidence"] = number(thresholds.fusionConfidence)
    values["fusion_distance"] = number(thresholds.fusionDistance)
    values["fusion_weight"] = number(thresholds.fusionWeight)
    values["keypoint_objects"] = .flag(thresholds.usesKeypointObjects)
    values["keypoint_objects_only"] = .flag(thresholds.keypointObjectsOnly)
    values["border"] = .text(thresholds.border.rawValue)
    values["input_width"] = .number(Double(input.width))
    values["input_height"] = .number(Double(input.height))
    values["tta"] = .flag(settings.augmented)
    let tracking = settings.tracking
    values["tracker"] = .text(tracking.tracker.rawValue)
    if tracking.tracker != .none {
      values["hold"] = .number(tracking.general.lossTime)
      values["weak_confidence"] = number(tracking.weakConfidence)
    }
    if tracking.tracker == .players {
      values["people"] = .number(Double(tracking.players.players))
      values["order"] = .text(tracking.players.order.rawValue)
      values["crowd_size"] = .number(tracking.players.crowd.leastSize)
    }
    switch tracking.detectEvery {
    case .frames(let count): values["detect_every"] = .number(Double(count))
    case .auto: values["detect_every"] = "auto"
    }
    values["smooth"] = .text(tracking.smoothing.rawValue)
    if tracking.smoothing == .butterworth {
      values["cutoff"] = .number(tracking.cutoff)
      values["fill_gaps"] = .number(tracking.longestGap)
    }
    values["start"] = settings.reader.start.map { .number($0) }
    values["end"] = settings.reader.end.map { .number($0) }
    return values
  }

  /// Writes it without totals, if `output` is a CSV.
  ///
  /// - Throws: `ExportError`.
  func begin(_ output: String) throws {
    if let path = paths[output] { try description.write(to: path) }
  }

  /// Writes it with the totals of the run beside each CSV that was completed.
  ///
  /// - Returns: What went wrong.
  func finish(_ summary: AnnotationSummary) -> [any Error] {
    var description = description
    description.ended = Date()
    description.totals = .init(
      frames: summary.progress.frames, detectedFrames: summary.skipped > 0 ? summary.progress.detectedFrames : nil,
      people: summary.progress.people,
      damaged: summary.damage.packetsFailed + summary.damage.framesCorrupt, interrupted: summary.wasInterrupted)
    return summary.exports.compactMap { paths[$0] }.compactMap { path in
      do {
        try description.write(to: path)
        return nil
      } catch {
        return error
      }
    }
  }
}

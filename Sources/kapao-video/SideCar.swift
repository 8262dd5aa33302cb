import Export
import Foundation
import Kapao
import Pipeline
import VideoIO

/// The description of a run beside its CSV: written when the run starts, and again with the totals.
struct SideCar {
  private let path: String
  private let description: RunDescription

  /// `nil` if there is no CSV, or it goes to standard output.
  init?(csv: String?, annotation: Annotation, settings: AnnotationSettings, modelPath: String) throws {
    guard let csv, let path = RunDescription.path(beside: csv) else { return nil }
    self.path = path
    let info = annotation.info
    let stream = info.videoStream!
    let video = stream.video!
    let input = annotation.letterbox.input
    let thresholds = settings.thresholds
    description = RunDescription(
      program: .init(version: KapaoVideo.version),
      source: .init(
        name: info.input, frameRate: video.frameRate?.description, timeBase: stream.timeBase.description,
        size: video.uprightSize, rotation: video.rotation, duration: info.duration),
      model: .init(
        name: settings.model.name, sha256: try FileDigest.sha256(ofFile: modelPath),
        architecture: settings.model.architecture.name, inputSize: settings.inputSize,
        backend: settings.backend.rawValue),
      skeleton: settings.model.architecture.skeleton!,
      settings: [
        "pose_confidence": .number(Double(thresholds.poseConfidence)),
        "pose_overlap": .number(Double(thresholds.poseOverlap)),
        "keypoint_confidence": .number(Double(thresholds.keypointConfidence)),
        "keypoint_overlap": .number(Double(thresholds.keypointOverlap)),
        "fusion_confidence": .number(Double(thresholds.fusionConfidence)),
        "fusion_distance": .number(Double(thresholds.fusionDistance)),
        "keypoint_objects": .flag(thresholds.usesKeypointObjects),
        "keypoint_objects_only": .flag(thresholds.keypointObjectsOnly),
        "border": .text(thresholds.border.rawValue),
        "input_width": .number(Double(input.width)), "input_height": .number(Double(input.height)),
        "tta": .flag(settings.augmented),
        "start": settings.reader.start.map { .number($0) } ?? .null,
        "end": settings.reader.end.map { .number($0) } ?? .null,
      ],
      started: Date())
  }

  /// Writes it without totals.
  func write() throws { try description.write(to: path) }

  /// Writes it with the totals of the run.
  func write(_ summary: AnnotationSummary) throws {
    var description = description
    description.ended = Date()
    description.totals = .init(
      frames: summary.progress.frames, people: summary.progress.people,
      damaged: summary.damage.packetsFailed + summary.damage.framesCorrupt, interrupted: summary.wasInterrupted)
    try description.write(to: path)
  }
}

import Export
import Foundation
import Kapao
import Pipeline
import Support
import VideoIO

/// The description of a run beside each of its native CSVs: written when the first frame is, and again with the totals.
struct SideCar {
  /// The descriptions' paths by those of the CSVs.
  private let paths: [String: String]
  private let description: RunDescription

  /// `nil` if there is no CSV, or it goes to standard output.
  init?(annotation: Annotation, settings: AnnotationSettings, modelPath: String) throws {
    var paths: [String: String] = [:]
    for target in settings.files.exports where target.format == .csv {
      paths[target.path] = RunDescription.path(beside: target.path)
    }
    self.paths = paths
    guard !paths.isEmpty, let network = annotation.network else { return nil }
    let info = annotation.info
    let stream = info.videoStream!
    let video = stream.video!
    description = RunDescription(
      program: .init(version: KapaoVideo.version),
      source: .init(
        name: FileName.readable(info.input), frameRate: video.frameRate?.description,
        timeBase: stream.timeBase.description,
        size: annotation.size, rotation: video.rotation, duration: info.duration,
        captureRate: info.captureRate),
      model: .init(
        name: settings.model.name, sha256: try FileDigest.sha256(ofFile: modelPath),
        architecture: settings.model.architecture.name, inputSize: settings.inputSize,
        backend: settings.backend.rawValue, precision: network.precision.rawValue),
      skeleton: settings.model.architecture.skeleton!,
      settings: Self.values(settings, input: network.letterbox.input),
      started: Date())
  }

  private static func values(
    _ settings: AnnotationSettings, input: ImageSize
  ) -> [String: RunDescription.SettingValue] {
    var values = settings.described
    values["input_width"] = .number(Double(input.width))
    values["input_height"] = .number(Double(input.height))
    if settings.backend == .onnxRuntime { values["device"] = .text(settings.runtime.device.rawValue) }
    values["start"] = settings.files.reader.start.map { .number($0) }
    values["end"] = settings.files.reader.end.map { .number($0) }
    return values
  }

  /// Writes it without totals, if `output` is a CSV.
  ///
  /// - Throws: `OutputError`.
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

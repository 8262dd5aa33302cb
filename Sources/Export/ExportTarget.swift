import Foundation

/// An output of poses: a format and where it goes.
public struct ExportTarget: Hashable, Sendable, CustomStringConvertible {
  /// The format.
  public let format: ExportFormat
  /// A file, a folder (OpenPose), the common part of several files' names (TRC), or `-` for standard output.
  public let path: String

  /// A format and where it goes.
  public init(_ format: ExportFormat, path: String) {
    self.format = format
    self.path = path
  }

  /// Reads `FORMAT=PATH`, for example `mot=tracks.txt`; `nil` if it is no such thing.
  public init?(_ text: String) {
    guard let sign = text.firstIndex(of: "="), let format = ExportFormat(rawValue: String(text[..<sign])) else {
      return nil
    }
    let path = String(text[text.index(after: sign)...])
    guard !path.isEmpty else { return nil }
    self.init(format, path: path)
  }

  /// `FORMAT=PATH`.
  public var description: String { "\(format.rawValue)=\(path)" }

  /// Opens the output.
  ///
  /// - Throws: `ExportError` where it cannot be created.
  public func makeWriter(_ context: ExportContext) throws -> any PoseWriter {
    switch format {
    case .csv:
      try PoseCSVWriter(
        path: path, skeleton: context.skeleton, keypointObjectsOnly: context.keypointObjectsOnly,
        hasStates: context.hasStates, hasRawPositions: context.hasRawPositions)
    case .ndjson: try NDJSONWriter(path: path, context: context)
    case .coco: try COCOResultsWriter(path: path, context: context)
    case .openPose: try OpenPoseWriter(path: path, context: context, layout: .openPose)
    case .pose2Sim: try OpenPoseWriter(path: path, context: context, layout: .pose2Sim)
    case .deepLabCut: try DeepLabCutWriter(path: path, context: context, layout: .multiAnimal)
    case .deepLabCutSingle: try DeepLabCutWriter(path: path, context: context, layout: .singleAnimal)
    case .sleap: try SLEAPAnalysisWriter(path: path, context: context)
    case .poseTrack: try PoseTrackWriter(path: path, context: context)
    case .mot: try MOTChallengeWriter(path: path, context: context)
    case .trc: try TRCWriter(path: path, context: context)
    case .official: try OfficialCSVWriter(path: path, context: context)
    }
  }
}

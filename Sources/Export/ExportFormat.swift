import Foundation
import Kapao
import Support

/// A format of poses, by its name on the command line.
public enum ExportFormat: String, CaseIterable, Sendable {
  /// The native CSV, see ``PoseCSVWriter``.
  case csv
  /// One JSON object a line, see ``NDJSONWriter``.
  case ndjson
  /// COCO's keypoint results, see ``COCOResultsWriter``.
  case coco
  /// OpenPose's folder with 18 points, see ``OpenPoseWriter``.
  case openPose = "openpose"
  /// OpenPose's folder with COCO's points, neck and hip as Pose2Sim takes it, see ``OpenPoseWriter``.
  case pose2Sim = "pose2sim"
  /// DeepLabCut's CSV for several animals, see ``DeepLabCutWriter``.
  case deepLabCut = "deeplabcut"
  /// DeepLabCut's CSV for one animal.
  case deepLabCutSingle = "deeplabcut-single"
  /// SLEAP's analysis CSV, see ``SLEAPAnalysisWriter``.
  case sleap
  /// PoseTrack 2018's JSON, see ``PoseTrackWriter``.
  case poseTrack = "posetrack"
  /// MOTChallenge's text, see ``MOTChallengeWriter``.
  case motChallenge = "motchallenge"
  /// OpenSim's TRC, see ``TRCWriter``.
  case trc
  /// TRC in pixels for Sports2D, see ``TRCWriter``.
  case sports2D = "sports2d"
  /// The official demo's CSV, see ``OfficialCSVWriter``.
  case official = "kapao"

  /// A format by its name, or by one that it had: `mot`, which is another file to whoever works with OpenSim.
  package init?(name: String) { self.init(rawValue: name == "mot" ? "motchallenge" : name) }

  /// Whether the output is one stream of text, which can go to standard output.
  package var isSingleFile: Bool {
    switch self {
    case .openPose, .pose2Sim, .trc, .sports2D: false
    default: true
    }
  }

  /// Whether the format joins a person in one frame to the same person in the next, so that it means little without
  /// tracks.
  package var needsTracks: Bool {
    switch self {
    case .deepLabCut, .deepLabCutSingle, .poseTrack, .motChallenge, .trc, .sports2D: true
    default: false
    }
  }

  /// What it is, in a few words.
  package var summary: String {
    switch self {
    case .csv: "the native CSV, a row for each person and frame"
    case .ndjson: "a JSON object a line for each frame, as it is processed"
    case .coco: "COCO keypoint results (JSON)"
    case .openPose: "OpenPose's folder of JSON, 18 points"
    case .pose2Sim: "the same with COCO's points, neck and hip, for Pose2Sim"
    case .deepLabCut: "DeepLabCut's CSV, everyone"
    case .deepLabCutSingle: "DeepLabCut's CSV, the person seen most often"
    case .sleap: "SLEAP's analysis CSV"
    case .poseTrack: "PoseTrack 2018 (JSON)"
    case .motChallenge: "MOTChallenge's text, boxes only"
    case .trc: "OpenSim's TRC, a file for each person"
    case .sports2D: "TRC in pixels for Sports2D, a file for each person"
    case .official: "the CSV of KAPAO's official demo"
    }
  }
}

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

  /// Reads `FORMAT=PATH`, for example `motchallenge=tracks.txt`; `nil` if it is no such thing.
  package init?(_ text: String) {
    guard let sign = text.firstIndex(of: "="), let format = ExportFormat(name: String(text[..<sign])) else {
      return nil
    }
    let path = String(text[text.index(after: sign)...])
    guard !path.isEmpty else { return nil }
    self.init(format, path: path)
  }

  /// `FORMAT=PATH`.
  public var description: String { "\(format.rawValue)=\(path)" }

  /// Fails where the output cannot be made, before anything is computed for it.
  ///
  /// - Throws: `OutputError` with the operation `create`.
  package func check() throws {
    let place = OutputPlace(path)
    if format.isSingleFile {
      guard let file = place.file else {
        if FileSystem.isFolder(path) { throw OutputError(.create, path: path, code: EISDIR) }
        return
      }
      if path.hasSuffix("/") { throw OutputError(.create, path: path, code: EISDIR) }
      if FileSystem.exists(file), !FileSystem.allows(file, W_OK) {
        throw OutputError(.create, path: path, code: errno)
      }
      try FolderFiles.requireWritable(FolderFiles.folder(of: file), path: path)
    } else if FileSystem.isFolder(path), path.hasSuffix("/") || format != .trc {
      try FolderFiles.requireWritable(path, path: path)
    } else if path.hasSuffix("/"), format == .trc {
      throw OutputError(.create, path: path, code: FileSystem.exists(path) ? ENOTDIR : ENOENT)
    } else {
      if format != .trc, FileSystem.exists(path) { throw OutputError(.create, path: path, code: ENOTDIR) }
      try FolderFiles.requireWritable(FolderFiles.folder(of: path), path: path)
    }
  }

  /// Opens the output.
  ///
  /// - Throws: `OutputError` where it cannot be created.
  package func makeWriter(_ context: ExportContext) throws -> any PoseWriter {
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
    case .motChallenge: try MOTChallengeWriter(path: path, context: context)
    case .trc: try TRCWriter(path: path, context: context)
    case .sports2D: try TRCWriter(path: path, context: context, layout: .sports2D)
    case .official: try OfficialCSVWriter(path: path, context: context)
    }
  }
}

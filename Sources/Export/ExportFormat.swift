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
  /// OpenPose's folder with COCO's 17 points as Pose2Sim takes it, see ``OpenPoseWriter``.
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
  case mot
  /// OpenSim's TRC, see ``TRCWriter``.
  case trc
  /// The official demo's CSV, see ``OfficialCSVWriter``.
  case official = "kapao"

  /// Whether the output is one stream of text, which can go to standard output.
  public var isSingleFile: Bool {
    switch self {
    case .openPose, .pose2Sim, .trc: false
    default: true
    }
  }

  /// Whether the format joins a person in one frame to the same person in the next, so that it means little without
  /// tracks.
  public var needsTracks: Bool {
    switch self {
    case .deepLabCut, .deepLabCutSingle, .poseTrack, .mot, .trc: true
    default: false
    }
  }

  /// What it is, in a few words.
  public var summary: String {
    switch self {
    case .csv: "the native CSV, a row for each person and frame"
    case .ndjson: "a JSON object a line for each frame, as it is processed"
    case .coco: "COCO keypoint results (JSON)"
    case .openPose: "OpenPose's folder of JSON, 18 points"
    case .pose2Sim: "the same with COCO's 17 points, for Pose2Sim"
    case .deepLabCut: "DeepLabCut's CSV, everyone"
    case .deepLabCutSingle: "DeepLabCut's CSV, the person seen most often"
    case .sleap: "SLEAP's analysis CSV"
    case .poseTrack: "PoseTrack 2018 (JSON)"
    case .mot: "MOTChallenge's text, boxes only"
    case .trc: "OpenSim's TRC, a file for each person"
    case .official: "the CSV of KAPAO's official demo"
    }
  }
}

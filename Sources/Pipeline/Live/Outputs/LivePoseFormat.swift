import Export
import Kapao

/// A format of poses that can be written without an end.
public enum LivePoseFormat: String, CaseIterable, Hashable, Sendable {
  /// The native CSV.
  case csv
  /// One JSON object a line.
  case ndjson

  /// A writer for a file.
  ///
  /// - Throws: `ExportError` where it cannot be created.
  func writer(_ path: String, skeleton: Skeleton, keypointObjectsOnly: Bool, hasStates: Bool) throws -> any PoseWriter {
    switch self {
    case .csv:
      try PoseCSVWriter(
        path: path, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates)
    case .ndjson:
      // Neither format says anything of the video as a whole.
      try NDJSONWriter(
        path: path,
        context: ExportContext(
          skeleton: skeleton, source: path, frameRate: nil, size: ImageSize(width: 0, height: 0), model: "",
          keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates))
    }
  }
}

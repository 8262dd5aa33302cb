import Export
import Kapao

/// Formats of poses that a stream can write without an end.
enum PoseFileFormat {
  /// Their extensions; the first is the usual one.
  static let endings = ["csv"]

  /// A writer for a file, by its extension.
  static func writer(_ path: String, skeleton: Skeleton, keypointObjectsOnly: Bool) throws -> any PoseWriter {
    try PoseCSVWriter(path: path, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly)
  }
}

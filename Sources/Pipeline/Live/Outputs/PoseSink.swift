import Export
import Kapao

/// Writes the poses of a stream with a writer of any format.
package final class PoseSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let writer: any PoseWriter

  /// Writes with `writer`, which is finished with the stream.
  package init(_ writer: any PoseWriter) { self.writer = writer }

  /// Writes the poses of a frame.
  package func write(_ frame: LiveFrame) throws {
    if let record = frame.record { try writer.write(record) }
  }

  /// Completes the output.
  package func finish() throws { try writer.finish() }

  /// Closes it after an error.
  package func abandon() { writer.abandon() }
}

/// A format of poses that can be written without an end.
package enum LivePoseFormat: String, CaseIterable, Hashable, Sendable {
  /// The native CSV.
  case csv
  /// One JSON object a line.
  case ndjson

  /// A writer for a file.
  ///
  /// - Throws: `OutputError` where it cannot be created.
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

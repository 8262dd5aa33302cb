/// Writes poses to one output in one format.
///
/// A writer is fed frames in their order of presentation by one caller at a time, and ends with exactly one of
/// `finish()` and `abandon()`. Both are harmless when called again.
package protocol PoseWriter: AnyObject, Sendable {
  /// Where the output goes: a path, or `-` for standard output.
  var path: String { get }

  /// The files and folders that were written, as far as they exist now; one path each.
  var outputs: [String] { get }

  /// Writes one frame.
  ///
  /// - Throws: `OutputError` naming the path. The output then still holds every frame written before.
  func write(_ record: FrameRecord) throws

  /// Completes the output and closes it.
  ///
  /// - Throws: `OutputError` naming the path.
  func finish() throws

  /// Closes the output of a run that failed: frames already written stay, an output that got none leaves no trace.
  func abandon()
}

extension PoseWriter {
  /// The path itself: most formats are one file.
  package var outputs: [String] { [path] }
}

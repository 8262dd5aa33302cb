/// Writes a stream's pictures somewhere. Used by one queue; may block and fail, and is then made anew.
public protocol LiveSink: AnyObject, Sendable {
  /// Writes a picture.
  func write(_ frame: LiveFrame) throws
  /// Completes what is written.
  func finish() throws
  /// Closes it after an error.
  func abandon()
}

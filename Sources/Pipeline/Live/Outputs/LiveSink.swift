/// Writes a stream's pictures somewhere. Used by one queue; may block and fail, and is then made anew.
public protocol LiveSink: AnyObject, Sendable {
  /// Writes a picture.
  func write(_ frame: LiveFrame) throws
  /// Completes what is written; more may follow after a restart.
  func finish() throws
  /// Completes what is written when the source has come to its end.
  func end() throws
  /// Closes it after an error.
  func abandon()
}

extension LiveSink {
  /// Completes what is written.
  public func end() throws { try finish() }
}

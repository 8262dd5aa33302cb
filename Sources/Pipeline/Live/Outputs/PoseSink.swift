import Export

/// Writes the poses of a stream with a writer of any format.
public final class PoseSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let writer: any PoseWriter

  /// Writes with `writer`, which is finished with the stream.
  public init(_ writer: any PoseWriter) { self.writer = writer }

  /// Writes the poses of a picture.
  public func write(_ frame: LiveFrame) throws {
    if let record = frame.record { try writer.write(record) }
  }

  /// Completes the output.
  public func finish() throws { try writer.finish() }

  /// Closes it after an error.
  public func abandon() { writer.abandon() }
}

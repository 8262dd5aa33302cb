import Support

/// Several writers that are fed the same frames.
///
/// An error of one does not keep the others from writing: it gets nothing more, its error is kept, and the others are
/// fed every frame and finished.
package final class PoseWriterGroup: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// Called with the path of each output before its first frame is written; an error is the output's.
  package var willBegin: (_ path: String) throws -> Void = { _ in }
  /// What went wrong, an error for each writer that failed.
  package private(set) var errors: [any Error] = []
  /// Whether frames have been written.
  package private(set) var hasFrames = false
  /// Those that have not failed.
  private var writers: [any PoseWriter]

  /// A group; it may be empty.
  package init(_ writers: [any PoseWriter]) { self.writers = writers }

  /// Opens a writer for each target; where one fails, those already open leave no trace.
  ///
  /// - Throws: `OutputError` of the first that cannot be opened.
  package convenience init(_ targets: [ExportTarget], context: ExportContext) throws {
    var writers: [any PoseWriter] = []
    do {
      for target in targets { writers.append(try target.makeWriter(context)) }
    } catch {
      for writer in writers { writer.abandon() }
      throw error
    }
    self.init(writers)
  }

  /// The paths of the writers, joined by commas.
  package var path: String { writers.map(\.path).joined(separator: ", ") }

  /// What the writers have written that did not fail.
  package var outputs: [String] { writers.flatMap(\.outputs) }

  /// Whether any writer is left that has not failed.
  package var isAlive: Bool { !writers.isEmpty }

  /// Writes a frame in every format.
  ///
  /// - Throws: The errors of all writers, once the last of them has failed.
  package func write(_ record: FrameRecord) throws {
    each { writer in
      if !hasFrames { try willBegin(writer.path) }
      try writer.write(record)
    }
    hasFrames = true
    if !isAlive { try throwErrors() }
  }

  /// Completes every output, also after an error of another.
  ///
  /// - Throws: The errors of all writers that have failed, now or before.
  package func finish() throws {
    each { try $0.finish() }
    try throwErrors()
  }

  /// Closes every output.
  package func abandon() { for writer in writers { writer.abandon() } }

  private func each(_ work: (any PoseWriter) throws -> Void) {
    writers = writers.filter { writer in
      do {
        try work(writer)
        return true
      } catch {
        errors.append(error)
        writer.abandon()
        return false
      }
    }
  }

  private func throwErrors() throws {
    if let error = OutputErrors.joined(errors) { throw error }
  }
}

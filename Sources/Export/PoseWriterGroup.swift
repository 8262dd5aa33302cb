/// Several writers that are fed the same frames.
///
/// An error of one does not keep the others from writing: each is fed every frame and finished, and the first error is
/// thrown afterwards. A writer that failed gets no further frames.
public final class PoseWriterGroup: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  private let writers: [any PoseWriter]
  private var failed: Set<ObjectIdentifier> = []

  /// A group; it may be empty.
  public init(_ writers: [any PoseWriter]) { self.writers = writers }

  /// Opens a writer for each target; where one fails, those already open leave no trace.
  ///
  /// - Throws: `ExportError` of the first that cannot be opened.
  public convenience init(_ targets: [ExportTarget], context: ExportContext) throws {
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
  public var path: String { writers.map(\.path).joined(separator: ", ") }

  /// What all writers have written.
  public var outputs: [String] { writers.flatMap(\.outputs) }

  /// Writes a frame in every format.
  public func write(_ record: FrameRecord) throws { try each { try $0.write(record) } }

  /// Completes every output, also after an error of another.
  public func finish() throws { try each { try $0.finish() } }

  /// Closes every output.
  public func abandon() { for writer in writers { writer.abandon() } }

  private func each(_ work: (any PoseWriter) throws -> Void) throws {
    var first: (any Error)?
    for writer in writers where !failed.contains(ObjectIdentifier(writer)) {
      do {
        try work(writer)
      } catch {
        failed.insert(ObjectIdentifier(writer))
        writer.abandon()
        first = first ?? error
      }
    }
    if let first { throw first }
  }
}

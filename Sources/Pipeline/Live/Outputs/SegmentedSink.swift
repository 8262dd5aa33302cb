import Foundation

/// A row of files, each for a stretch of time, in a folder; old ones are removed.
///
/// A new file begins after the stretch. What is in a file can be read while it grows, and after a crash.
public final class SegmentedSink: LiveSink, @unchecked Sendable {
  // @unchecked: used by one output's queue, as LiveSink demands.

  private let folder: String
  private let names: SegmentName
  private let seconds: Double
  private let retention: Retention
  private let make: @Sendable (String) throws -> any LiveSink
  private var sink: (any LiveSink)?
  private var path = ""
  private var began = Date.distantPast

  /// - Parameters:
  ///   - folder: Made if it is not there.
  ///   - seconds: The stretch of time.
  ///   - make: Opens a file.
  public init(
    folder: String, names: SegmentName, seconds: Double, retention: Retention,
    make: @escaping @Sendable (String) throws -> any LiveSink
  ) {
    self.folder = folder
    self.names = names
    self.seconds = seconds
    self.retention = retention
    self.make = make
  }

  /// Writes a picture, to a new file where the stretch of time is over.
  public func write(_ frame: LiveFrame) throws {
    // A clock that was set back begins a new file, too.
    if sink == nil || !(0..<seconds).contains(frame.date.timeIntervalSince(began)) { try begin(at: frame.date) }
    try sink?.write(frame)
  }

  /// Completes the present file.
  public func finish() throws {
    defer { sink = nil }
    try sink?.finish()
  }

  /// Closes the present file after an error. One in which there is nothing is removed, so that a full disk does not fill
  /// with names.
  public func abandon() {
    sink?.abandon()
    sink = nil
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
    if size?.int64Value == 0 { unlink(path) }
  }

  /// The system's words, of all that Foundation has to say.
  private static func reason(_ error: any Error) -> String {
    let cause = (error as? CocoaError)?.underlying as? POSIXError
    return cause.map { String(cString: strerror($0.code.rawValue)) } ?? error.localizedDescription
  }

  private func begin(at date: Date) throws {
    try finish()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError.folder(folder, reason: Self.reason(error))
    }
    retention.apply(to: folder, names: names, at: date)
    path = names.freePath(in: folder, at: date)
    sink = try make(path)
    began = date
  }
}

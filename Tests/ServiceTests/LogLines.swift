import Foundation
import Logging

/// A log whose lines a test looks at.
final class LogLines: LogHandler, @unchecked Sendable {
  // @unchecked: the lines are only touched under the lock; nobody sets the rest.

  var logLevel = Logger.Level.trace
  var metadata: Logger.Metadata = [:]
  private let lock = NSLock()
  private var lines: [String] = []

  /// The logger that writes here.
  var logger: Logger { Logger(label: "test") { _ in self } }
  /// What was logged so far.
  var text: String { lock.withLock { lines.joined(separator: "\n") } }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lock.withLock { lines.append("\(event.level): \(event.message)") } }
}

import Logging
import Support
import VideoIO

/// The log of the live commands: on standard error, where systemd and Docker take it, without credentials.
struct ServiceLog: LogHandler {
  private var plain = StreamLogHandler.standardError(label: "kapao-video")

  static func make(quiet: Bool, verbose: Bool = false) -> Logger {
    var log = Logger(label: "kapao-video") { _ in ServiceLog() }
    log.logLevel = quiet ? .warning : verbose ? .debug : .info
    return log
  }

  var logLevel: Logger.Level {
    get { plain.logLevel }
    set { plain.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { plain.metadata }
    set { plain.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { plain[metadataKey: key] }
    set { plain[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    var event = event
    event.message = "\(Redaction.redact("\(event.message)"))"
    guard StandardError.isJournal else { return plain.log(event: event) }
    // The journal has the time, the program's name and the level itself.
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    StandardError.print(
      (fields.map { "\($0.key)=\($0.value)" } + ["\(event.message)"]).joined(separator: " "), event.level)
  }
}

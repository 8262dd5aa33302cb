import Logging

/// The log of the live commands: on standard error, where systemd and Docker take it.
enum ServiceLog {
  static func make(quiet: Bool, verbose: Bool = false) -> Logger {
    var log = Logger(label: "kapao-video") { StreamLogHandler.standardError(label: $0) }
    log.logLevel = quiet ? .warning : verbose ? .debug : .info
    return log
  }
}

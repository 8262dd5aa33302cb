import Foundation
import Kapao
import Logging
import Support

/// Messages for the user.
enum StandardError {
  /// Whether systemd's journal reads it.
  static let isJournal: Bool = {
    var file = stat()
    guard fstat(STDERR_FILENO, &file) == 0 else { return false }
    return ProcessInfo.processInfo.environment["JOURNAL_STREAM"] == "\(file.st_dev):\(file.st_ino)"
  }()

  /// Writes a line, or several. One that cannot be written, as on a full disk, is no reason to end.
  static func print(_ text: String, _ level: Logger.Level = .info) {
    guard isJournal else { return write(text + "\n") }
    // Each line has its priority in front, as sd-daemon(3) says.
    write(text.split(separator: "\n").map { "<\(priority(level))>\($0)\n" }.joined())
  }

  /// Writes text as it is.
  static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(FileName.bytes(text))) }

  /// syslog's number for a level.
  private static func priority(_ level: Logger.Level) -> Int32 {
    switch level {
    case .trace, .debug: LOG_DEBUG
    case .info: LOG_INFO
    case .notice: LOG_NOTICE
    case .warning: LOG_WARNING
    case .error: LOG_ERR
    case .critical: LOG_CRIT
    }
  }
}

import Foundation

/// The lines of libav's log that are being kept, and what is printed.
final class LibavLogState: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private var lines: [pthread_t: (last: String?, part: String)] = [:]
  private var printed = LibavLog.Level.quiet

  var level: LibavLog.Level {
    get { lock.withLock { printed } }
    set { lock.withLock { printed = newValue } }
  }

  /// Starts keeping the calling thread's lines.
  func begin() {
    lock.withLock { lines[pthread_self()] = (nil, "") }
  }

  /// Stops keeping them; the last complete one.
  func end() -> String? {
    lock.withLock {
      guard let kept = lines.removeValue(forKey: pthread_self()) else { return nil }
      return kept.part.isEmpty ? kept.last : kept.part
    }
  }

  /// Takes a piece of log, which is a line where it ends in a line feed.
  func add(_ text: String, level: Int32) {
    lock.lock()
    defer { lock.unlock() }
    if level <= LibavLog.Level.error.rawValue, var kept = lines[pthread_self()] {
      kept.part += text
      if kept.part.hasSuffix("\n") {
        let line = kept.part.trimmingCharacters(in: .whitespacesAndNewlines)
        kept = (line.isEmpty ? kept.last : line, "")
      }
      lines[pthread_self()] = kept
    }
    if level <= printed.rawValue {
      try? FileHandle.standardError.write(contentsOf: Data(Redaction.redact(text).utf8))
    }
  }
}

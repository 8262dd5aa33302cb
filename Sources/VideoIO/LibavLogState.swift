import Foundation

/// The lines of libav's log that are being kept.
final class LibavLogState: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private var lines: [pthread_t: (last: String?, part: String)] = [:]

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
  func add(_ text: String) {
    lock.withLock {
      guard var kept = lines[pthread_self()] else { return }
      kept.part += text
      if kept.part.hasSuffix("\n") {
        let line = kept.part.trimmingCharacters(in: .whitespacesAndNewlines)
        kept = (line.isEmpty ? kept.last : line, "")
      }
      lines[pthread_self()] = kept
    }
  }
}

import CFFmpeg
import Foundation
import Support

/// libav's log: not printed, but with the last error line of each running call kept for ``VideoError``.
enum LibavLog {
  private static let state = LibavLogState()

  private static let installed: Void = {
    av_log_set_callback { context, level, format, arguments in
      guard level <= AV_LOG_ERROR, let format, let arguments else { return }
      var text = [CChar](repeating: 0, count: 1024)
      var prefix: Int32 = 0
      av_log_format_line2(context, level, format, arguments, &text, Int32(text.count), &prefix)
      let line = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      LibavLog.state.add(line)
    }
  }()

  /// Takes over libav's log. Every reader and writer does this by itself.
  static func install() {
    _ = installed
  }

  /// Runs `call` and returns its result with the last error line that libav logged on this thread meanwhile.
  static func recordingLastLine(of call: () -> Int32) -> (result: Int32, line: String?) {
    install()
    state.begin()
    let result = call()
    return (result, state.end())
  }
}

/// The lines of libav's log that are being kept.
final class LibavLogState: Sendable {
  private let lines = Locked([pthread_t: (last: String?, part: String)]())

  /// Starts keeping the calling thread's lines.
  func begin() {
    lines.withLock { $0[pthread_self()] = (nil, "") }
  }

  /// Stops keeping them; the last complete one.
  func end() -> String? {
    lines.withLock {
      guard let kept = $0.removeValue(forKey: pthread_self()) else { return nil }
      return kept.part.isEmpty ? kept.last : kept.part
    }
  }

  /// Takes a piece of log, which is a line where it ends in a line feed.
  func add(_ text: String) {
    lines.withLock {
      guard var kept = $0[pthread_self()] else { return }
      kept.part += text
      if kept.part.hasSuffix("\n") {
        let line = kept.part.trimmingCharacters(in: .whitespacesAndNewlines)
        kept = (line.isEmpty ? kept.last : line, "")
      }
      $0[pthread_self()] = kept
    }
  }
}

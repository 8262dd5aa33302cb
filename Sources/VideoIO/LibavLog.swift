import CFFmpeg
import Foundation

/// libav's log: silent on standard error unless asked, with the last error line of each running call kept for
/// ``VideoError``.
public enum LibavLog {
  /// How much of libav's log goes to standard error.
  public enum Level: Int32, Sendable, CaseIterable {
    /// Nothing.
    case quiet = -8
    /// Errors.
    case error = 16
    /// Errors and warnings.
    case warning = 24
    /// Everything that the ffmpeg tool prints by default.
    case info = 32
    /// Everything.
    case debug = 48
  }

  /// What is printed on standard error; `quiet` at first.
  public static var level: Level {
    get { state.level }
    set {
      install()
      state.level = newValue
    }
  }

  private static let state = LibavLogState()

  private static let installed: Void = {
    av_log_set_callback { context, level, format, arguments in
      guard level <= LibavLog.wantedLevel, let format, let arguments else { return }
      var text = [CChar](repeating: 0, count: 1024)
      var prefix: Int32 = 0
      av_log_format_line2(context, level, format, arguments, &text, Int32(text.count), &prefix)
      let line = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      LibavLog.state.add(line, level: level)
    }
  }()

  private static var wantedLevel: Int32 { max(Level.error.rawValue, state.level.rawValue) }

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

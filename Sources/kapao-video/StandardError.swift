import Foundation

/// Messages for the user.
enum StandardError {
  /// Writes a line, or several. One that cannot be written, as on a full disk, is no reason to end.
  static func print(_ text: String) { write(text + "\n") }

  /// Writes text as it is.
  static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

import Foundation

/// Lines for the user. One that nobody can read any more is no reason to stop.
enum StandardError {
  static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}

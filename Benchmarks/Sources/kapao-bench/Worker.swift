import Foundation

/// A process that measures when it is told to: `benchmark.py` holds several and asks them in turn, so that whatever
/// else the machine does falls on all alike.
enum Worker {
  /// Answers each line on standard input with a line of numbers.
  static func serve(_ measure: () throws -> [Double]) throws {
    try answer(["ready"])
    while readLine() != nil { try answer(measure().map { "\($0)" }) }
  }

  private static func answer(_ words: [String]) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((words.joined(separator: " ") + "\n").utf8))
  }
}

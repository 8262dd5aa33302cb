import Foundation

/// A span of time that is summed up apart, for example a game.
package struct AnalysisInterval: Hashable, Sendable, Codable {
  /// What it is called.
  package var name: String
  /// Seconds.
  package var start: Double
  /// Seconds.
  package var end: Double

  /// A span.
  package init(name: String, start: Double, end: Double) {
    self.name = name
    self.start = start
    self.end = end
  }

  /// Reads a CSV with the columns `name`, `start`, `end`; times in seconds, `m:ss` or `h:mm:ss`.
  ///
  /// - Throws: `AnalysisError`.
  package static func read(_ path: String) throws -> [AnalysisInterval] {
    let reader = try LineReader(path: path)
    var intervals: [AnalysisInterval] = []
    var number = 0
    while let line = try reader.next() {
      number += 1
      let fields = try CSVFields.trimmed(line, number, of: path)
      if fields == [""] || number == 1 && fields == ["name", "start", "end"] { continue }
      guard fields.count == 3, let start = seconds(fields[1]), let end = seconds(fields[2]), end > start else {
        throw AnalysisError("\(path), line \(number): expected name,start,end with a later end")
      }
      intervals.append(AnalysisInterval(name: fields[0], start: start, end: end))
    }
    return intervals
  }

  /// A time in seconds, `m:ss` or `h:mm:ss`; `nil` where it is none.
  static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard !parts.isEmpty, parts.count <= 3, parts.allSatisfy({ $0.map { $0 >= 0 && $0.isFinite } ?? false }) else {
      return nil
    }
    return parts.compactMap { $0 }.reduce(0) { $0 * 60 + $1 }
  }
}

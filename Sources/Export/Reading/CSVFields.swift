/// The fields of one line of RFC 4180.
///
/// Fields with line ends in them are not taken: the native CSV has none.
package enum CSVFields {
  /// What is wrong with a line.
  package enum Problem: String, Error {
    /// A quoted field that does not end.
    case unterminated = "a quoted field does not end"
    /// Text after the end of a quoted field.
    case afterQuote = "text after a quoted field"
    /// Bytes that are not UTF-8.
    case encoding = "not UTF-8"
  }

  /// What separates the fields of a table with this header: the comma, or what spreadsheets write where that is the
  /// decimal point.
  package static func separator(of header: ArraySlice<UInt8>) -> Unicode.Scalar {
    guard !header.contains(UInt8(ascii: ",")) else { return "," }
    return [";", "\t"].first { header.contains(UInt8(ascii: $0)) } ?? ","
  }

  /// The fields of line `number` of a file, without white space around them.
  ///
  /// - Throws: `AnalysisError` naming the line.
  static func trimmed(_ line: ArraySlice<UInt8>, _ number: Int, of path: String) throws -> [String] {
    do {
      return try split(line).map { $0.trimmingCharacters(in: .whitespaces) }
    } catch {
      throw AnalysisError("\(path), line \(number): \(error.rawValue)")
    }
  }

  /// Splits a line.
  ///
  /// - Throws: `Problem`.
  package static func split(
    _ line: ArraySlice<UInt8>, at separator: Unicode.Scalar = ","
  ) throws(Problem) -> [Substring] {
    guard let text = String(validating: line, as: UTF8.self) else { throw .encoding }
    guard text.utf8.contains(UInt8(ascii: "\"")) else {
      return text.utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false).map { Substring($0) }
    }
    return try splitQuoted(text, at: separator)
  }

  private static func splitQuoted(_ text: String, at separator: Unicode.Scalar) throws(Problem) -> [Substring] {
    enum State { case start, plain, quoted, afterQuote }
    var fields: [Substring] = []
    var field = ""
    var state = State.start
    for character in text.unicodeScalars {
      switch (state, character) {
      case (.quoted, "\""): state = .afterQuote
      case (.quoted, _): field.unicodeScalars.append(character)
      case (.afterQuote, "\""):
        field.append("\"")
        state = .quoted
      case (_, separator):
        fields.append(Substring(field))
        field = ""
        state = .start
      case (.afterQuote, _): throw .afterQuote
      case (.start, "\""): state = .quoted
      default:
        field.unicodeScalars.append(character)
        state = .plain
      }
    }
    guard state != .quoted else { throw .unterminated }
    return fields + [Substring(field)]
  }
}

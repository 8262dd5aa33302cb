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

  /// Splits a line.
  ///
  /// - Throws: `Problem`.
  package static func split(_ line: ArraySlice<UInt8>) throws(Problem) -> [Substring] {
    guard let text = String(validating: line, as: UTF8.self) else { throw .encoding }
    guard text.utf8.contains(UInt8(ascii: "\"")) else {
      return text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { Substring($0) }
    }
    return try splitQuoted(text)
  }

  private static func splitQuoted(_ text: String) throws(Problem) -> [Substring] {
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
      case (_, ","):
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

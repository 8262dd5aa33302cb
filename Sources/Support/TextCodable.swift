/// A value that is one text in YAML and JSON, as it is on the command line.
package protocol TextCodable: Codable, LosslessStringConvertible {
  /// What a text has to be, for messages, such as `a colour`.
  static var expected: String { get }
}

extension TextCodable {
  /// Reads the text.
  ///
  /// - Throws: `DecodingError.dataCorrupted` that says what is expected.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // JSON may have a number there.
    let text = try (try? container.decode(Int.self)).map(String.init) ?? container.decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.expected)
    }
    self = value
  }

  /// Writes the text; a number where the text is a whole one.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let number = Int(description) { try container.encode(number) } else { try container.encode(description) }
  }
}

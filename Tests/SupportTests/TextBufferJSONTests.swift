import Foundation
import Support
import Testing

struct TextBufferJSONTests {
  private static func json(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  func text(_ append: (inout TextBuffer) -> Void) -> String {
    var buffer = TextBuffer()
    append(&buffer)
    return buffer.string
  }

  @Test(arguments: ["plain", "with \"quotes\" and \\ strokes", "two\nlines\tand\u{1}more", "Größe 人 🎾", ""])
  func `A string is read back by any parser`(_ value: String) throws {
    #expect(try Self.json(text { $0.append(jsonString: value) }) as? String == value)
  }

  @Test func `Numbers have no zeros at their end`() {
    for (value, expected) in [
      (1.5, "1.5"), (100, "100"), (0, "0"), (-0.001, "0"), (-20.25, "-20.25"), (0.1 + 0.2, "0.3"),
    ] {
      #expect(text { $0.append(json: value, decimals: 2) } == expected)
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func `What is no number is null`(_ value: Double) {
    #expect(text { $0.append(json: value, decimals: 2) } == "null")
  }
}

import Foundation
import Support
import Testing

struct TextBufferTests {
  func text(_ value: Double, decimals: Int) -> String {
    var buffer = TextBuffer()
    buffer.append(value, decimals: decimals)
    return buffer.string
  }

  @Test func `Decimals are fixed and rounded half away from zero`() {
    #expect(text(1.125, decimals: 2) == "1.13")
    #expect(text(-1.125, decimals: 2) == "-1.13")
    #expect(text(0.05, decimals: 2) == "0.05")
    #expect(text(1234567.5, decimals: 4) == "1234567.5000")
    #expect(text(2.5, decimals: 0) == "3")
    #expect(text(0, decimals: 6) == "0.000000")
  }

  @Test func `Zero has no sign`() { #expect(text(-0.001, decimals: 2) == "0.00") }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func `What cannot be written is an empty field`(_ value: Double) {
    #expect(text(value, decimals: 2).isEmpty)
  }

  @Test func `Numbers agree with the C library's over many magnitudes`() {
    for exponent in -3...6 {
      for step in 0..<50 {
        let value = Double(step * 7 - 171) * pow(10, Double(exponent)) / 16
        let expected = String(
          format: "%.3f", locale: Locale(identifier: "en_US_POSIX"), (value * 1000).rounded() / 1000)
        #expect(text(value, decimals: 3) == (expected == "-0.000" ? "0.000" : expected))
      }
    }
  }

  @Test func `The process's locale has no influence`() {
    let previous = setlocale(LC_ALL, nil).map { String(cString: $0) }
    defer { setlocale(LC_ALL, previous ?? "C") }
    for name in ["de_DE.UTF-8", "fr_FR.UTF-8", "ar_EG.UTF-8"] { setlocale(LC_ALL, name) }
    #expect(text(1234.5, decimals: 2) == "1234.50")
  }

  @Test func `Integers keep all their digits`() {
    var buffer = TextBuffer()
    buffer.append(Int64.min)
    buffer.append(" ")
    buffer.append(Int64.max)
    buffer.append(" ")
    buffer.append(0)
    #expect(buffer.string == "-9223372036854775808 9223372036854775807 0")
  }

  @Test func `Fields are quoted where RFC 4180 asks for it`() {
    var buffer = TextBuffer()
    for field in ["plain", "with, comma", "with \"quotes\"", "two\nlines"] {
      buffer.append(field: field)
      buffer.append(";")
    }
    #expect(buffer.string == "plain;\"with, comma\";\"with \"\"quotes\"\"\";\"two\nlines\";")
  }
}

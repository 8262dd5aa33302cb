/// Text under construction, as UTF-8, with numbers that look the same in every locale.
///
/// Kept from frame to frame, so that nothing is allocated for each number.
package struct TextBuffer {
  /// The text so far.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// The text so far, as a string.
  package var string: String { String(decoding: bytes, as: UTF8.self) }

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Appends text as it is.
  package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Appends one ASCII character.
  package mutating func append(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

  /// Appends an integer in decimal.
  package mutating func append(_ value: some BinaryInteger) {
    let value = Int64(clamping: value)
    if value < 0 { append("-" as Unicode.Scalar) }
    append(digits: value.magnitude, atLeast: 1)
  }

  /// Appends a number with a fixed count of decimals, rounded half away from zero; never `-0.00`.
  ///
  /// What is not finite, or too large for an integer of 64 bits once scaled, appends nothing: an empty field.
  package mutating func append(_ value: Double, decimals: Int) {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard abs(scaled) < 9e18 else { return }
    let number = Int64(scaled)
    if number < 0 { append("-" as Unicode.Scalar) }
    let (whole, fraction) = number.magnitude.quotientAndRemainder(dividingBy: UInt64(scale))
    append(digits: whole, atLeast: 1)
    guard decimals > 0 else { return }
    append("." as Unicode.Scalar)
    append(digits: fraction, atLeast: decimals)
  }

  /// Takes zeros away from the end of a number that was just appended with `decimals` decimals.
  package mutating func trimZeros(decimals: Int) {
    guard decimals > 0 else { return }
    var count = 0
    while count < decimals, bytes.last == UInt8(ascii: "0") {
      bytes.removeLast()
      count += 1
    }
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
  }

  /// Appends a field of a CSV row, quoted where RFC 4180 asks for it.
  package mutating func append(field: String) {
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return append(field) }
    append("\"" as Unicode.Scalar)
    for byte in field.utf8 {
      if byte == 0x22 { bytes.append(byte) }
      bytes.append(byte)
    }
    append("\"" as Unicode.Scalar)
  }

  private mutating func append(digits value: UInt64, atLeast count: Int) {
    var divisor: UInt64 = 1
    var digits = 1
    while digits < count || value / divisor >= 10 {
      divisor *= 10
      digits += 1
    }
    var rest = value
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }
}

extension TextBuffer {
  /// Appends a string of JSON, with quotes.
  package mutating func append(jsonString text: String) {
    append("\"" as Unicode.Scalar)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: append(String(scalar))
      }
    }
    append("\"" as Unicode.Scalar)
  }

  /// Appends a number of JSON with at most `decimals` decimals and no zeros at its end; what is no number is `null`.
  package mutating func append(json value: Double, decimals: Int) {
    guard value.isFinite, abs(value) < 9e11 else { return append("null") }
    append(value, decimals: decimals)
    trimZeros(decimals: decimals)
  }
}

extension Double {
  /// The number rounded to a count of decimals, half away from zero.
  package func rounded(decimals: Int) -> Double {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}

extension Int {
  /// The number with what it counts: `1 frame`, `2 frames`.
  package func counted(_ thing: String) -> String { "\(self) \(thing)" + (self == 1 ? "" : "s") }
}

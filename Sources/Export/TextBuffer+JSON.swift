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

  /// Appends `x,y,confidence`, and `0,0,0` for a point that is missing.
  package mutating func append(json point: ExportedPoint?) {
    guard let point else { return append("0,0,0") }
    append(json: point.x, decimals: 2)
    append("," as Unicode.Scalar)
    append(json: point.y, decimals: 2)
    append("," as Unicode.Scalar)
    append(json: point.confidence, decimals: 4)
  }

  /// Appends `[x,y,width,height]`.
  package mutating func append(json box: ExportedBox) {
    append("[" as Unicode.Scalar)
    for (index, value) in [box.x, box.y, box.width, box.height].enumerated() {
      if index > 0 { append("," as Unicode.Scalar) }
      append(json: value, decimals: 2)
    }
    append("]" as Unicode.Scalar)
  }
}

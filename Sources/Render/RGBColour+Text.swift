extension RGBColour: LosslessStringConvertible {
  /// The colours that have names.
  public static let named: [String: RGBColour] = [
    "black": RGBColour(red: 0, green: 0, blue: 0),
    "blue": RGBColour(red: 66, green: 140, blue: 245),
    "cyan": RGBColour(red: 51, green: 224, blue: 224),
    "gray": RGBColour(red: 200, green: 200, blue: 200),
    "green": RGBColour(red: 84, green: 214, blue: 90),
    "magenta": RGBColour(red: 255, green: 92, blue: 205),
    "orange": RGBColour(red: 245, green: 140, blue: 66),
    "red": RGBColour(red: 255, green: 82, blue: 82),
    "white": .white,
    "yellow": RGBColour(red: 255, green: 221, blue: 51),
  ]

  /// A colour from `#ff8800`, `255,136,0` (red, green, blue) or one of `named`; `nil` for anything else.
  public init?(_ description: String) {
    if let named = Self.named[description.lowercased()] {
      self = named
    } else if description.hasPrefix("#") {
      let digits = description.dropFirst()
      guard digits.utf8.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: 16) else {
        return nil
      }
      self.init(red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
    } else {
      let parts = description.split(separator: ",", omittingEmptySubsequences: false).map { UInt8($0) }
      guard parts.count == 3, let red = parts[0], let green = parts[1], let blue = parts[2] else { return nil }
      self.init(red: red, green: green, blue: blue)
    }
  }

  /// The colour as `255,136,0`.
  public var description: String { "\(red),\(green),\(blue)" }
}

/// A colour as the user names it: 8-bit sRGB.
public struct RGBColour: Hashable, Sendable {
  /// Red, 0…255.
  public var red: UInt8
  /// Green, 0…255.
  public var green: UInt8
  /// Blue, 0…255.
  public var blue: UInt8

  /// A colour from its components.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// White.
  public static let white = RGBColour(red: 255, green: 255, blue: 255)
  /// The near-black of outlines, and of text on bright labels.
  public static let ink = RGBColour(red: 16, green: 16, blue: 20)

  /// This colour moved towards another, by a share from 0 to 1.
  package func mixed(with other: RGBColour, share: Double) -> RGBColour {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
    return RGBColour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// Whether dark text is easier to read on this colour than white text.
  package var isBright: Bool { 299 * Int(red) + 587 * Int(green) + 114 * Int(blue) > 130_000 }
}

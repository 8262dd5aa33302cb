import Kapao
import Support

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
  package static let ink = RGBColour(red: 16, green: 16, blue: 20)

  /// This colour moved towards another, by a share from 0 to 1.
  package func mixed(with other: RGBColour, share: Double) -> RGBColour {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
    return RGBColour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }

  /// Whether dark text is easier to read on this colour than white text.
  package var isBright: Bool { 299 * Int(red) + 587 * Int(green) + 114 * Int(blue) > 130_000 }
}

extension RGBColour: TextCodable {
  /// What a text has to be.
  package static let expected = "a colour as name, #rrggbb or r,g,b"
  /// The colours that have names.
  package static let named: [String: RGBColour] = [
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

extension OverlayStyle.ColourMode: TextCodable {
  /// What a text has to be.
  package static let expected = "person, side, or a colour as name, #rrggbb or r,g,b"

  /// Reads `person`, `side` or a colour.
  public init?(_ description: String) {
    switch description {
    case "person": self = .person
    case "side": self = .side
    default:
      guard let colour = RGBColour(description) else { return nil }
      self = .fixed(colour)
    }
  }

  /// As it is written on the command line.
  public var description: String {
    switch self {
    case .person: "person"
    case .side: "side"
    case .fixed(let colour): colour.description
    }
  }
}

/// The colours of the default look.
package enum OverlayPalette {
  /// One colour per person, neighbours far apart; bright, because the outline is dark.
  package static let people: [RGBColour] = [
    RGBColour(red: 255, green: 149, blue: 44), RGBColour(red: 66, green: 165, blue: 255),
    RGBColour(red: 84, green: 214, blue: 90), RGBColour(red: 255, green: 92, blue: 205),
    RGBColour(red: 255, green: 221, blue: 51), RGBColour(red: 51, green: 224, blue: 224),
    RGBColour(red: 255, green: 82, blue: 82), RGBColour(red: 164, green: 124, blue: 255),
    RGBColour(red: 186, green: 240, blue: 70), RGBColour(red: 255, green: 160, blue: 180),
    RGBColour(red: 0, green: 190, blue: 150), RGBColour(red: 222, green: 170, blue: 110),
  ]

  /// The colour of an identity, which counts from 1: player 1 is orange and player 2 blue, as in the squash demo.
  package static func identity(_ identity: Int) -> RGBColour { person(identity &- 1) }

  /// The colour of a person's number; every integer has one.
  package static func person(_ number: Int) -> RGBColour {
    let remainder = number % people.count
    return people[remainder < 0 ? remainder + people.count : remainder]
  }

  /// The colour of the crowd.
  package static let crowd = RGBColour(red: 200, green: 200, blue: 200)

  /// The colour of a side of the body.
  package static func side(_ side: Skeleton.Side) -> RGBColour {
    switch side {
    case .left: RGBColour(red: 66, green: 165, blue: 255)
    case .right: RGBColour(red: 255, green: 149, blue: 44)
    case .centre: RGBColour(red: 236, green: 236, blue: 236)
    }
  }
}

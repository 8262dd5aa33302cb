import CFFmpeg

/// An exact ratio: a frame rate (`30000/1001`), a time base (`1/12800`) or a sample aspect ratio (`16/11`).
public struct Rational: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The number above the line.
  public let numerator: Int
  /// The number below the line; 0 when the ratio is unknown.
  public let denominator: Int

  /// `numerator` over `denominator`, as given: nothing is reduced.
  public init(_ numerator: Int, _ denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  init(_ value: AVRational) {
    self.init(Int(value.num), Int(value.den))
  }

  var native: AVRational {
    AVRational(num: Int32(clamping: numerator), den: Int32(clamping: denominator))
  }

  /// Whether both terms are positive, as those of every usable rate or time base are.
  public var isPositive: Bool { numerator > 0 && denominator > 0 }

  /// The ratio upside down: the frame duration of a frame rate.
  public var inverse: Rational { Rational(denominator, numerator) }

  /// The nearest floating-point number; 0 when the denominator is 0.
  public var doubleValue: Double { denominator == 0 ? 0 : Double(numerator) / Double(denominator) }

  /// For example `30000/1001`.
  public var description: String { "\(numerator)/\(denominator)" }

  /// Reads the form that ``description`` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let terms = try container.decode(String.self).split(separator: "/").compactMap { Int($0) }
    guard terms.count == 2 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a ratio such as 30000/1001")
    }
    self.init(terms[0], terms[1])
  }

  /// Writes ``description``, so that JSON keeps the exact ratio.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

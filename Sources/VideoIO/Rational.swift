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

extension Int64 {
  /// A timestamp in units of `timeBase`, in microseconds.
  package func microseconds(_ timeBase: Rational) -> Int64 {
    rescaled(from: timeBase, to: .microsecond)
  }

  /// A timestamp in another unit, rounded to the nearest.
  package func rescaled(from: Rational, to: Rational) -> Int64 {
    av_rescale_q(self, from.native, to.native)
  }
}

extension Rational {
  /// libav's own time base.
  static let microsecond = Rational(1, Int(AV_TIME_BASE))
}

/// The timecode that a container's metadata give for the first frame, such as `01:00:00:00`.
enum Timecode {
  /// The timecode of a frame that is shown `microseconds` later; with drop frames where `text` has them (`01:00:00;00`).
  /// Nil where `text` is none, or the rate one that timecodes do not know.
  static func shifted(_ text: String, by microseconds: Int64, frameRate: Rational) -> String? {
    var timecode = AVTimecode()
    let (result, _) = LibavLog.recordingLastLine {
      av_timecode_init_from_string(&timecode, frameRate.native, text, nil)
    }
    guard result >= 0 else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(AV_TIMECODE_STR_SIZE))
    let frames = microseconds.rescaled(from: .microsecond, to: frameRate.inverse)
    av_timecode_make_string(&timecode, &buffer, Int32(clamping: frames))
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension Dictionary where Key == String, Value == String {
  /// The same metadata with a timecode that is later, or without one where that cannot be said.
  func withTimecode(laterBy microseconds: Int64, frameRate: Rational?) -> [String: String] {
    guard microseconds != 0 else { return self }
    var metadata = self
    for (key, value) in self where key.lowercased() == "timecode" {
      metadata[key] = frameRate.flatMap { Timecode.shifted(value, by: microseconds, frameRate: $0) }
    }
    return metadata
  }
}

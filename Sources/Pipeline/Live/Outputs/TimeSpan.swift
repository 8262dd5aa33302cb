/// A length of time as people write it: `45`, `45s`, `10m`, `1.5h`, `7d`.
public struct TimeSpan: Hashable, Sendable {
  private static let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]

  /// In seconds.
  public let seconds: Double

  /// A length of time in seconds.
  public init(seconds: Double) { self.seconds = seconds }

  /// Reads a number with or without a unit; `nil` if it is none, or not above 0.
  public init?(_ text: String) {
    let unit = text.last.flatMap { Self.units[$0] }
    guard let value = Double(unit == nil ? text[...] : text.dropLast()), value > 0, value.isFinite else { return nil }
    seconds = value * (unit ?? 1)
  }
}

/// An amount of data as people write it: `1000`, `500MB`, `20GB`, `1TB`; units are powers of 1000.
public struct ByteCount: Hashable, Sendable {
  private static let units: [(name: String, bytes: Double)] = [
    ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3),
  ]

  /// In bytes.
  public let bytes: Int64

  /// Reads a number with or without a unit; `nil` if it is none, or not above 0.
  public init?(_ text: String) {
    let unit = Self.units.first { text.hasSuffix($0.name) }
    let number = text.dropLast(unit?.name.count ?? 0).trimmingPrefix(" ")
    guard let value = Double(number.filter { $0 != " " }), value > 0 else { return nil }
    let total = value * (unit?.bytes ?? 1)
    guard total < 9e18 else { return nil }
    bytes = Int64(total)
  }
}

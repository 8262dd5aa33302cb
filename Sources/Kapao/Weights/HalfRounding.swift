/// Rounds to half precision and remembers what that did to the numbers.
public struct HalfRounding: Equatable, Sendable {
  /// Numbers beyond the range of half precision, which became its largest number.
  public private(set) var clamped = 0
  /// The largest difference between a number and its rounded one, clamped ones left out.
  public private(set) var largestError: Float = 0

  /// Nothing rounded yet.
  public init() {}

  /// Whether every number came through unchanged.
  public var isLossless: Bool { clamped == 0 && largestError == 0 }

  mutating func rounded(_ values: [Float]) -> [Float16] {
    values.map { value in
      let half = Float16(value)
      if half.isInfinite, value.isFinite {
        clamped += 1
        return value < 0 ? -Float16.greatestFiniteMagnitude : Float16.greatestFiniteMagnitude
      }
      let error = abs(Float(half) - value)
      if error > largestError { largestError = error }
      return half
    }
  }
}

import Foundation

/// Reproducible random numbers (SplitMix64).
package struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  /// The numbers of a seed.
  package init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }

  /// A number of a range.
  package mutating func number(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &self) }

  /// True with a probability.
  package mutating func chance(_ probability: Double) -> Bool { number(0...1) < probability }

  /// A number of the normal distribution with mean 0.
  package mutating func normal(deviation: Double) -> Double {
    deviation * (-2 * log(number(1e-12...1))).squareRoot() * cos(2 * .pi * number(0...1))
  }
}

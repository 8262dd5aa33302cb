import Foundation

/// A Butterworth low-pass of second order that is run forwards and backwards: fourth order in effect, without shift in
/// time.
///
/// Each pass has its cut-off frequency raised by 1/0.802, so that both together let half of the power pass at `cutoff`
/// (Winter, Biomechanics and Motor Control of Human Movement, section 2.2.4.4).
package struct ButterworthFilter: Sendable {
  private let b: (Double, Double, Double)
  private let a: (Double, Double)

  /// The factor by which two passes lower the cut-off frequency: (√2 − 1)^¼.
  package static let twoPasses = pow(2.0.squareRoot() - 1, 0.25)

  /// `nil` where the frequency cannot be told from others at this rate: it must be below 0.4 of the sampling rate.
  ///
  /// - Parameters:
  ///   - cutoff: In Hz.
  ///   - rate: Samples a second.
  package init?(cutoff: Double, rate: Double) {
    guard cutoff > 0, rate > 0, cutoff / Self.twoPasses < 0.49 * rate else { return nil }
    // The bilinear transform of 1 / (s² + √2 s + 1), with the frequency bent so that it is met exactly.
    let c = 1 / tan(.pi * cutoff / Self.twoPasses / rate)
    let norm = 1 / (1 + 2.0.squareRoot() * c + c * c)
    b = (norm, 2 * norm, norm)
    a = (2 * (1 - c * c) * norm, (1 - 2.0.squareRoot() * c + c * c) * norm)
  }

  /// The filtered samples. Both ends are continued by their point reflections over `padding` samples, at most as many
  /// as there are, so that the filter has settled where the signal begins.
  package func filtered(_ samples: [Double], padding: Int) -> [Double] {
    guard samples.count > 1 else { return samples }
    let count = min(padding, samples.count - 1)
    let (first, last) = (samples[0], samples[samples.count - 1])
    var extended: [Double] = []
    extended.reserveCapacity(samples.count + 2 * count)
    for index in stride(from: count, to: 0, by: -1) { extended.append(2 * first - samples[index]) }
    extended += samples
    for index in 0..<count { extended.append(2 * last - samples[samples.count - 2 - index]) }
    pass(&extended)
    extended.reverse()
    pass(&extended)
    extended.reverse()
    return Array(extended[count..<count + samples.count])
  }

  /// One pass in place (direct form II transposed), begun as if the first sample had been there for ever.
  private func pass(_ samples: inout [Double]) {
    var second = (b.2 - a.1) * samples[0]
    var first = (b.1 - a.0) * samples[0] + second
    for index in samples.indices {
      let input = samples[index]
      let output = b.0 * input + first
      first = b.1 * input - a.0 * output + second
      second = b.2 * input - a.1 * output
      samples[index] = output
    }
  }
}

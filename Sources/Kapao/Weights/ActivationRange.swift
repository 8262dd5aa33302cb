import Foundation

/// The values that each channel of a convolution gives, after its activation and residual add: what arithmetic in int8
/// has to cover.
package struct ActivationRange: Sendable, Equatable {
  /// The smallest value of each channel, at most 0.
  package let low: [Float]
  /// The largest value of each channel, above `low`.
  package let high: [Float]

  /// Ranges, widened where needed so that they hold 0 and are not empty.
  package init(low: [Float], high: [Float]) {
    precondition(low.count == high.count, "as many lows as highs")
    self.low = low.map { min($0, 0) }
    self.high = zip(high, self.low).map { max($0, $1 + 1e-3) }
  }

  /// The ranges with the small channels widened towards the largest: by its ratio to theirs to the power `share`.
  ///
  /// Steps are multiplied into the weights of what reads the channels. Channels with tiny steps have tiny weights then,
  /// which rounding to 8 bits would wipe out; channels with steps too coarse lose values instead.
  package func balanced(share: Float) -> ActivationRange {
    let reach = zip(low, high).map { max(-$0, $1) }
    let factors = reach.map { pow((reach.max() ?? $0) / $0, share) }
    return ActivationRange(low: zip(low, factors).map(*), high: zip(high, factors).map(*))
  }

  /// The integer 0…255 that stands for 0 in all channels, and the real value of one step of each.
  ///
  /// Padding needs one zero point for all channels; it is the one with the least squared steps.
  package var quantization: (zeroPoint: Int32, steps: [Float]) {
    var best: (zeroPoint: Int32, steps: [Float], loss: Float) = (0, [], .infinity)
    for zeroPoint in Int32(1)..<255 {
      let (below, above) = (Float(zeroPoint), Float(255 - zeroPoint))
      let steps = zip(low, high).map { max(-$0 / below, $1 / above) }
      let loss = steps.reduce(0) { $0 + $1 * $1 }
      if loss < best.loss { best = (zeroPoint, steps, loss) }
    }
    return (best.zeroPoint, best.steps)
  }

  /// The range whose ends are made from those of both, channel by channel.
  package func combined(_ other: ActivationRange, _ end: (Float, Float) -> Float) -> ActivationRange {
    ActivationRange(low: zip(low, other.low).map(end), high: zip(high, other.high).map(end))
  }

  /// The range that covers both, channel by channel.
  package func union(_ other: ActivationRange) -> ActivationRange {
    ActivationRange(low: zip(low, other.low).map(min), high: zip(high, other.high).map(max))
  }
}

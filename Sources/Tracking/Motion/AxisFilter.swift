import Foundation

/// A Kalman filter of one coordinate with constant velocity: pixels, pixels per second.
///
/// The velocity is disturbed by white noise, so that time steps may be of any length: two short ones have the effect of
/// a long one.
struct AxisFilter: Hashable {
  private(set) var position: Double
  private(set) var velocity: Double
  /// Variance of the position, covariance, and variance of the velocity.
  private(set) var positionVariance: Double
  private var covariance: Double
  private var velocityVariance: Double

  /// At rest as far as one knows.
  init(position: Double, variance: Double, velocityVariance: Double) {
    self.position = position
    velocity = 0
    positionVariance = variance
    covariance = 0
    self.velocityVariance = velocityVariance
  }

  /// Moves on by `seconds`.
  ///
  /// - Parameters:
  ///   - disturbance: Growth of the velocity's variance, in square pixels per second cubed.
  ///   - memory: Seconds in which the velocity falls to 1/e; infinite for constant velocity.
  mutating func predict(seconds: Double, disturbance: Double, memory: Double) {
    let kept = memory.isFinite ? exp(-seconds / memory) : 1
    let reach = memory.isFinite ? memory * (1 - kept) : seconds
    position += velocity * reach
    velocity *= kept
    positionVariance +=
      2 * reach * covariance + reach * reach * velocityVariance + disturbance * seconds * seconds * seconds / 3
    covariance = kept * (covariance + reach * velocityVariance) + disturbance * seconds * seconds / 2
    velocityVariance = kept * kept * velocityVariance + disturbance * seconds
  }

  /// Takes a measured position into account.
  mutating func correct(position measured: Double, variance: Double) {
    let total = positionVariance + variance
    let (positionGain, velocityGain) = (positionVariance / total, covariance / total)
    let difference = measured - position
    position += positionGain * difference
    velocity += velocityGain * difference
    velocityVariance -= velocityGain * covariance
    covariance *= 1 - positionGain
    positionVariance *= 1 - positionGain
  }

  /// Forgets the motion but not the place.
  mutating func stop(velocityVariance: Double) {
    velocity = 0
    covariance = 0
    self.velocityVariance = velocityVariance
  }
}

import Foundation
import Kapao

/// How alike a track's predicted pose and a found one are, from 0 to 1: the OKS with room for what is not known.
///
/// The OKS of COCO is the mean over keypoints of exp(−d² / (2 · area · (2σ)²)). It takes annotators' errors into account
/// and nothing else. Here the variance area · (2σ)² of each keypoint is joined by that of the predicted place (of the
/// Kalman filter) and by that of limbs, which have moved since they were seen:
///
///     exp(−d² / (2 · (area · ((2σ)² + (limbSpeed · t)²) + variance)))
///
/// All keypoints count the same. Their confidences do not enter: KAPAO's is 0 where no keypoint object was fused, which
/// is no sign of a bad position.
struct PredictedSimilarity {
  /// Standard deviation of limbs' motion against the body, in body sizes per second.
  static let limbSpeed = 0.8

  /// (2σ)² of each keypoint, and their mean.
  private let variances: [Double]
  private let meanVariance: Double

  init(skeleton: Skeleton) {
    variances = skeleton.sigmas.map { 4 * Double($0) * Double($0) }
    meanVariance = variances.reduce(0, +) / Double(max(1, variances.count))
  }

  /// How much a similarity to a track says, from 0 to 1: the less, the wider its net is cast. (The factor in front of a
  /// normal distribution, of which the similarity is only the exponential.)
  func weight(_ track: Tracklet) -> Double {
    let expected = track.size * track.size * meanVariance
    return pow(expected / (expected + uncertainty(track)), 0.5)
  }

  /// The variance of where any keypoint is by now, in square pixels.
  private func uncertainty(_ track: Tracklet) -> Double {
    let limbs = track.size * Self.limbSpeed * min(track.unseen, 1)
    return limbs * limbs + track.variance
  }

  func callAsFunction(_ track: Tracklet, _ observation: Observation) -> Double {
    let area = track.size * track.size
    let common = uncertainty(track)
    let (one, other) = (track.shape, observation.shape)
    var sum = 0.0
    var count = 0
    for index in 0..<min(one.x.count, other.x.count, variances.count) {
      let (dx, dy) = (one.x[index] - other.x[index], one.y[index] - other.y[index])
      guard !dx.isNaN else { continue }
      count += 1
      let exponent = (dx * dx + dy * dy) / (2 * (area * variances[index] + common))
      // Less than 1/1000: not worth the exponential.
      if exponent < 7 { sum += exp(-exponent) }
    }
    return count > 0 ? sum / Double(count) : 0
  }
}

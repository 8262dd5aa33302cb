import Analysis
import Foundation
import Kapao
import Testing

/// A walker who is seen from the side, of whom everything is known.
struct GaitTests {
  let body = Body(skeleton: .coco17)

  /// Somebody of 1.75 m who walks to the right at 1.4 m/s with strides of 1.1 s, at 50 frames a second; 200 px a metre, on a
  /// floor that falls by `slope` degrees to the right. The left foot strikes at 0.1 s and every 1.1 s after.
  private func walker(slope: Double = 0, left: Bool = false, seconds: Double = 8) -> [BodySample] {
    let pixels = 200.0
    let (period, speed, height) = (1.1, 1.4, 1.75)
    let (c, s) = (cos(slope * .pi / 180), sin(slope * .pi / 180))
    /// Metres along the floor and above it, in pixels.
    func pixel(_ x: Double, _ y: Double) -> Point2 {
      let p = Point2(300 + pixels * (x * c + y * s), 700 + pixels * (x * s - y * c))
      return left ? Point2(2400 - p.x, p.y) : p
    }
    return (0..<Int(seconds * 50)).map { frame in
      let time = Double(frame) / 50
      var keypoints = [Point2?](repeating: nil, count: 17)
      let hip = speed * time
      func set(_ index: Int, _ x: Double, _ y: Double) { keypoints[index] = pixel(x, y) }
      for (side, offset) in [(0, 0.1), (1, 0.1 + period / 2)] {
        let phase = ((time - offset) / period).truncatingRemainder(dividingBy: 1)
        let p = phase < 0 ? phase + 1 : phase
        // On the floor for 60 % of the stride: it stays where it is while the hips go over it; then it swings forward.
        let stance = 0.6
        let reach = speed * period * stance / 2
        let swing: Double = max(0, (p - stance) / (1 - stance))
        let ankle: Double = p < stance ? hip + reach - speed * p * period : hip - reach * cos(.pi * swing)
        let lift: Double = 0.1 * sin(.pi * swing)
        // Lengths as they add up to 1.75 m: shank, thigh, back 0.43, 0.43, 0.45 m, and 0.18 m from neck to nose.
        set(15 + side, ankle, 0.039 * height + lift)
        set(13 + side, (ankle + hip) / 2, 0.039 * height + 0.43)
        set(11 + side, hip, 0.039 * height + 0.86)
        set(5 + side, hip, 0.039 * height + 1.31)
      }
      set(0, hip, 0.039 * height + 1.49)
      return BodySample(
        frame: frame, time: time, box: Box(x1: 0, y1: 0, x2: 100, y2: 350), keypoints: keypoints)
    }
  }

  private func found(_ samples: [BodySample], height: Double = 1.75) -> GroundScale? {
    var estimator = GroundScaleEstimator(height: height, body: body)
    for sample in samples { estimator.add(sample) }
    return estimator.scale
  }

  private func strides(of samples: [BodySample], scale: GroundScale?, direction: Double = 1) -> Gait {
    let place = { (p: Point2) in scale?.position(of: p) ?? p }
    return Gait(
      samples.compactMap { sample in
        guard let hip = body.position(.hip, in: sample.keypoints) else { return nil }
        return Gait.Sample(
          time: sample.time, left: body.position(.leftAnkle, in: sample.keypoints).map(place),
          right: body.position(.rightAnkle, in: sample.keypoints).map(place), hip: place(hip), direction: direction)
      })
  }

  @Test("a metre is found from the height within 6 %, and the floor from the feet", arguments: [0.0, 3, -4])
  func scale(slope: Double) throws {
    let scale = try #require(found(walker(slope: slope)))
    #expect(abs(1 / scale.metresPerPixel - 200) < 12, "\(1 / scale.metresPerPixel) px")
    #expect(abs(scale.floorAngle - slope) < 0.3)
    // Feet that stand are on the floor, but for the ankle.
    let heights = walker(slope: slope).compactMap { body.position(.leftAnkle, in: $0.keypoints) }.map {
      scale.position(of: $0).y
    }
    #expect(abs(try #require(heights.min()) - 0.039 * 1.75) < 0.02)
    #expect(heights.allSatisfy { $0 < 0.039 * 1.75 + 0.13 })
  }

  @Test("twice the height makes the metre half as many pixels; too few frames give no scale")
  func height() throws {
    let samples = walker()
    let (one, two) = (try #require(found(samples)), try #require(found(samples, height: 3.5)))
    #expect(abs(two.metresPerPixel / one.metresPerPixel - 2) < 1e-9)
    #expect(found(Array(samples.prefix(5))) == nil)
  }

  @Test("strides, steps, stance and speed are those of the walker, both ways", arguments: [false, true])
  func strides(left: Bool) throws {
    let samples = walker(left: left)
    let scale = GroundScale(metresPerPixel: 1 / 200, floorAngle: 0, origin: Point2(300, 700))
    let gait = strides(of: samples, scale: scale, direction: left ? -1 : 1)
    #expect(gait.strides.count >= 10)
    for stride in gait.strides {
      #expect(abs(stride.time - 1.1) < 0.045)
      #expect(abs(stride.length - 1.54) < 0.08, "\(stride.length) m")
      #expect(abs(stride.speed - 1.4) < 0.05)
      #expect(abs(stride.stance - 0.6) < 0.08)
      if let step = stride.stepTime { #expect(abs(step - 0.55) < 0.045) }
    }
    let summary = try #require(GaitSummary(gait, isMetric: true))
    #expect(abs(summary.cadence - 120 / 1.1) < 2)
    #expect(abs(try #require(summary.symmetry) - 1) < 0.05)
    let first = try #require(gait.strides.first { $0.side == .left })
    let phase: Double = (first.start - 0.1) / 1.1
    #expect(abs(phase - phase.rounded()) < 0.05)
  }

  @Test("a limp shows in the symmetry")
  func limp() throws {
    // The right foot strikes 0.1 s late: left steps take longer than right ones... and the sum is the stride.
    var samples = walker(seconds: 12)
    let late = 5
    for index in samples.indices.reversed() where index >= late {
      let shift = Point2(200 * 1.4 * 0.1, 0)
      for keypoint in [14, 16] {
        samples[index].keypoints[keypoint] = samples[index - late].keypoints[keypoint].map { $0 + shift }
      }
    }
    let summary = try #require(GaitSummary(strides(of: Array(samples.dropFirst(late)), scale: nil), isMetric: false))
    let (left, right) = (try #require(summary.left?.stepTime), try #require(summary.right?.stepTime))
    #expect(abs(right - 0.65) < 0.05 && abs(left - 0.45) < 0.05, "\(left) \(right)")
    #expect(summary.speed == nil)
  }

  @Test("somebody who stands, or is seen from the front, has no strides")
  func none() {
    let samples = walker()
    #expect(strides(of: samples, scale: nil, direction: 0).strides.isEmpty)
    let standing = (0..<200).map { frame in
      BodySample(frame: frame, time: Double(frame) / 50, box: samples[0].box, keypoints: samples[0].keypoints)
    }
    #expect(strides(of: standing, scale: nil).strides.isEmpty)
  }
}

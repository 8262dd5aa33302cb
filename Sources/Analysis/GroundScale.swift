import Foundation
import Kapao

/// Metres for the pixels of people who move across the picture, without a court: from one person's height, and the line on
/// which their feet stand.
///
/// It holds in the plane in which that person moves, seen by a level or tilted camera at a right angle.
package struct GroundScale: Hashable, Sendable, Codable {
  /// Metres that a pixel is worth.
  package var metresPerPixel: Double
  /// Slope of the floor in the picture, degrees; positive where it falls to the right.
  package var floorAngle: Double
  /// The place of the first contact on the floor, px: the origin.
  package var origin: Point2

  /// A scale.
  package init(metresPerPixel: Double, floorAngle: Double, origin: Point2) {
    self.metresPerPixel = metresPerPixel
    self.floorAngle = floorAngle
    self.origin = origin
  }

  /// A pixel in metres: x along the floor to the right and y up from it.
  package func position(of pixel: Point2) -> Point2 {
    let (c, s) = (cos(floorAngle * .pi / 180), sin(floorAngle * .pi / 180))
    let offset = pixel - origin
    return Point2((offset.x * c + offset.y * s) * metresPerPixel, (offset.x * s - offset.y * c) * metresPerPixel)
  }
}

/// Finds a `GroundScale` from a person of known height.
///
/// As in Sports2D, a person is 1.063 times as tall as foot, shank, thigh, back (shoulder to hip) and head together, in
/// frames in which knees and hips are bent by less than 90°, on the mean of the middle half of them. The head is 1.5 times as long as
/// neck to nose, or 1.008 times neck to head where the skeleton has one. COCO's keypoints have no foot: ankles are taken to be
/// 0.039 heights above the floor (Winter, Biomechanics and Motor Control of Human Movement).
package struct GroundScaleEstimator: Sendable {
  /// Frames with the whole body that are needed at least.
  package static let fewestFrames = 10
  private static let ankleHeight = 0.039
  /// A foot that is slower than this is on the floor, m/s.
  private static let contactSpeed = 1.0

  private let height: Double
  private let body: Body
  private let joints: [AngleDefinition]
  private var lengths: [Float] = []
  private var slow: [(x: Float, y: Float, speed: Float)] = []
  private var last: [BodyPoint: (point: Point2, time: Double)] = [:]

  /// - Parameter height: Metres.
  package init(height: Double, body: Body) {
    self.height = height
    self.body = body
    joints = AngleDefinition.all(of: body).filter { $0.name.hasSuffix(" knee") || $0.name.hasSuffix(" hip") }
  }

  /// Takes the person at one time, in order.
  package mutating func add(_ sample: BodySample) {
    for ankle in [BodyPoint.leftAnkle, .rightAnkle] {
      guard let point = body.position(ankle, in: sample.keypoints) else { continue }
      if let before = last[ankle], sample.time > before.time, sample.time - before.time < 0.2 {
        let speed = (point - before.point).length / (sample.time - before.time)
        slow.append((Float(point.x), Float(point.y), Float(speed)))
      }
      last[ankle] = (point, sample.time)
    }
    let angles = joints.compactMap { $0.value(of: sample.keypoints, body: body, seen: .right).map(abs) }
    guard !angles.isEmpty, angles.reduce(0, +) / Double(angles.count) < 90, let length = bodyLength(sample) else {
      return
    }
    lengths.append(Float(length))
  }

  /// The scale; `nil` where the whole body was seen in too few frames.
  package var scale: GroundScale? {
    guard lengths.count >= Self.fewestFrames else { return nil }
    let sorted = lengths.sorted()
    let middle = sorted[sorted.count / 4..<max(sorted.count * 3 / 4, sorted.count / 4 + 1)]
    let parts = middle.reduce(0.0) { $0 + Double($1) } / Double(middle.count)
    let heightInPixels = 1.063 * parts / (1 - 1.063 * Self.ankleHeight)
    guard heightInPixels > 0 else { return nil }
    let metres = height / heightInPixels
    let contacts = slow.filter { Double($0.speed) * metres < Self.contactSpeed }.map {
      Point2(Double($0.x), Double($0.y))
    }
    guard let first = contacts.first else { return nil }
    let (slope, level) = Self.line(contacts, reach: 1 / metres)
    let angle = atan(slope)
    let down = Self.ankleHeight * heightInPixels
    let foot = Point2(first.x, slope * first.x + level)
    return GroundScale(
      metresPerPixel: metres, floorAngle: angle * 180 / .pi,
      origin: foot + Point2(-sin(angle) * down, cos(angle) * down))
  }

  private func bodyLength(_ sample: BodySample) -> Double? {
    func length(_ pairs: [(BodyPoint, BodyPoint)]) -> Double? {
      let found = pairs.compactMap { a, b -> Double? in
        guard let a = body.position(a, in: sample.keypoints), let b = body.position(b, in: sample.keypoints) else {
          return nil
        }
        return (a - b).length
      }
      return found.isEmpty ? nil : found.reduce(0, +) / Double(found.count)
    }
    guard let shank = length([(.leftKnee, .leftAnkle), (.rightKnee, .rightAnkle)]),
      let thigh = length([(.leftHip, .leftKnee), (.rightHip, .rightKnee)]),
      let back = length([(.leftShoulder, .leftHip), (.rightShoulder, .rightHip)]),
      let head = body.has(.head)
        ? length([(.neck, .head)]).map({ $0 * 1.008 }) : length([(.neck, .nose)]).map({ $0 * 1.5 })
    else { return nil }
    return shank + thigh + back + head
  }

  /// Slope and level at x = 0 of the line through points, of which those far from it are left out; level where they
  /// reach less than `reach` px from left to right.
  private static func line(_ points: [Point2], reach: Double) -> (slope: Double, level: Double) {
    let xs = points.map(\.x).sorted()
    var kept = points
    var (slope, level) = (0.0, points.map(\.y).sorted()[points.count / 2])
    let isLong = xs[xs.count * 95 / 100] - xs[xs.count * 5 / 100] >= reach
    for _ in 0..<6 {
      let n = Double(kept.count)
      let (mx, my) = (kept.map(\.x).reduce(0, +) / n, kept.map(\.y).reduce(0, +) / n)
      let xx = kept.reduce(0) { $0 + ($1.x - mx) * ($1.x - mx) }
      slope = isLong && xx > 0 ? kept.reduce(0) { $0 + ($1.x - mx) * ($1.y - my) } / xx : 0
      level = my - slope * mx
      let offsets = points.map { abs($0.y - slope * $0.x - level) }
      let limit = max(2.5 * 1.4826 * offsets.sorted()[offsets.count / 2], 0.5)
      let next = zip(points, offsets).filter { $1 <= limit }.map(\.0)
      guard next.count >= 2, next.count != kept.count else { break }
      kept = next
    }
    return (slope, level)
  }
}

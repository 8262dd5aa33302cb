import Foundation
import Kapao

/// The side of a person that the camera sees, which decides the sign of angles.
package enum ViewedSide: String, CaseIterable, Sendable, Codable {
  /// From the track: see `SideEstimator`.
  case auto
  /// The person faces right in the picture.
  case right
  /// The person faces left in the picture: x is mirrored.
  case left
  /// The person faces the camera: the right limbs are mirrored.
  case front
  /// The camera sees the back: the left limbs are mirrored.
  case back

  /// Whether the x of a limb is mirrored before its angle is taken.
  func mirrors(_ side: AngleDefinition.Side) -> Bool {
    switch self {
    case .auto, .right: false
    case .left: true
    case .front: side == .right
    case .back: side == .left
    }
  }
}

/// A joint's or a segment's angle in the plane of the picture, as Sports2D and Pose2Sim define it.
///
/// With u and v of two segments, in pixels with y down and x mirrored for a person who faces left, the raw value is
/// atan2(u.y, u.x) for the two points of a segment (u = p0 − p1, against the horizontal), and −atan2(u × v, u · v) for three
/// points (u = p0 − p1, v = p2 − p1) and four (u = p1 − p0, v = p3 − p2). The angle is (raw + offset) · scale in degrees,
/// in −180…180 (pelvis and shoulders, whose direction has no meaning, −90…90).
///
/// Flexion is positive and a straight limb is 0 for knee and elbow; hip and shoulder are 0 when standing with hanging arms; a
/// segment is 0 pointing forward, −90 hanging, trunk and head +90 upright.
package struct AngleDefinition: Hashable, Sendable {
  /// What is measured.
  package enum Kind: String, Sendable { case joint, segment }
  /// Whose limb it is.
  package enum Side: Sendable { case left, right, centre }

  /// Sports2D's name, for example `right knee`.
  package let name: String
  /// Joint or segment.
  package let kind: Kind
  /// Whose limb it is.
  package let side: Side
  /// The two to four points.
  package let points: [BodyPoint]
  let offset: Double
  let scale: Double
  /// Degrees after which the angle is the same again.
  var period: Double { name == "pelvis" || name == "shoulders" ? 180 : 360 }

  private init(
    _ name: String, _ kind: Kind, _ points: [BodyPoint], offset: Double = 0, scale: Double = -1
  ) {
    self.name = name
    self.kind = kind
    self.points = points
    self.offset = offset
    self.scale = scale
    side = name.hasPrefix("left ") ? .left : name.hasPrefix("right ") ? .right : .centre
  }

  private static func both(
    _ name: String, _ kind: Kind, _ left: [BodyPoint], _ right: [BodyPoint], offset: Double = 0, scale: Double = -1
  ) -> [AngleDefinition] {
    [
      AngleDefinition("right " + name, kind, right, offset: offset, scale: scale),
      AngleDefinition("left " + name, kind, left, offset: offset, scale: scale),
    ]
  }

  /// All angles that COCO's or CrowdPose's keypoints can give: 8 of joints and 11 of segments, and the head's for CrowdPose.
  private static let known: [AngleDefinition] =
    both(
      "knee", .joint, [.leftAnkle, .leftKnee, .leftHip], [.rightAnkle, .rightKnee, .rightHip], offset: -180, scale: 1)
    + both("hip", .joint, [.leftKnee, .leftHip, .hip, .neck], [.rightKnee, .rightHip, .hip, .neck])
    + both("shoulder", .joint, [.leftElbow, .leftShoulder, .hip, .neck], [.rightElbow, .rightShoulder, .hip, .neck])
    + both(
      "elbow", .joint, [.leftWrist, .leftElbow, .leftShoulder], [.rightWrist, .rightElbow, .rightShoulder], offset: 180)
    + both("shank", .segment, [.leftAnkle, .leftKnee], [.rightAnkle, .rightKnee])
    + both("thigh", .segment, [.leftKnee, .leftHip], [.rightKnee, .rightHip])
    + [
      AngleDefinition("pelvis", .segment, [.leftHip, .rightHip]), AngleDefinition("trunk", .segment, [.neck, .hip]),
      AngleDefinition("shoulders", .segment, [.leftShoulder, .rightShoulder]),
      AngleDefinition("head", .segment, [.head, .neck]),
    ]
    + both("arm", .segment, [.leftElbow, .leftShoulder], [.rightElbow, .rightShoulder])
    + both("forearm", .segment, [.leftWrist, .leftElbow], [.rightWrist, .rightElbow])

  /// The angles that a skeleton gives, joints first.
  package static func all(of body: Body) -> [AngleDefinition] { known.filter { $0.points.allSatisfy(body.has) } }

  /// The coordinate of OpenSim's models that the angle stands for, for example `knee_angle_r`; `nil` where there is none.
  package var openSimName: String? {
    let suffix = side == .left ? "_l" : "_r"
    switch name.split(separator: " ").last {
    case "knee": return "knee_angle" + suffix
    case "hip": return "hip_flexion" + suffix
    case "shoulder": return "arm_flex" + suffix
    case "elbow": return "elbow_flex" + suffix
    default: return nil
    }
  }

  /// The angle of a body in degrees; `nil` where a point is missing or two points that make a segment coincide.
  package func value(of keypoints: [Point2?], body: Body, seen side: ViewedSide) -> Double? {
    var points: [Point2] = []
    for name in self.points {
      guard var point = body.position(name, in: keypoints) else { return nil }
      if side.mirrors(self.side) { point.x = -point.x }
      points.append(point)
    }
    let raw: Double
    if points.count == 2 {
      let u = points[0] - points[1]
      guard u.length > 0 else { return nil }
      raw = atan2(u.y, u.x)
    } else {
      let u = points.count == 3 ? points[0] - points[1] : points[1] - points[0]
      let v = points.count == 3 ? points[2] - points[1] : points[3] - points[2]
      guard u.length > 0, v.length > 0 else { return nil }
      raw = -atan2(u.x * v.y - u.y * v.x, u.x * v.x + u.y * v.y)
    }
    return wrapped((raw * 180 / .pi + offset) * scale)
  }

  /// The same angle within half a period of 0.
  func wrapped(_ degrees: Double) -> Double {
    let half = period / 2
    let rest = (degrees + half).truncatingRemainder(dividingBy: period)
    return (rest < 0 ? rest + period : rest) - half
  }

  /// The same angle nearest to `previous`, so that a series goes on beyond half a period without a jump. Where that is more than
  /// three quarters of a period from 0, where no limb gets, it is the angle within half a period again: otherwise every slip of a
  /// poor pose would add a turn for good.
  package func unwrapped(_ degrees: Double, after previous: Double?) -> Double {
    guard let previous else { return degrees }
    let next = degrees + ((previous - degrees) / period).rounded() * period
    return abs(next) <= 0.75 * period ? next : degrees
  }
}

/// Which way a person faces, from the track so far: where the hips move across the picture, and else where the nose is before
/// the shoulders.
///
/// COCO's keypoints have no toes, by which Sports2D decides. A person is taken to face the way they went over the last
/// `window` seconds if they went at least a third of a torso's length; else to the side on which the nose lies from the middle of
/// the shoulders; without either, right. Another side is taken only when it has been the better one for `patience` seconds, so
/// that a step back or a poor nose turns nobody round.
package struct SideEstimator: Sendable {
  private let window: Double
  private let patience: Double
  private var trail: [(time: Double, hip: Point2, torso: Double)] = []
  private var noseVotes = 0.0
  private var side: ViewedSide?
  private var otherSince: Double?

  /// An estimator for one track.
  package init(window: Double = 1, patience: Double = 0.3) {
    self.window = window
    self.patience = patience
  }

  /// Takes a person at one time; `.left` or `.right`.
  package mutating func update(_ sample: BodySample, body: Body) -> ViewedSide {
    let now = momentary(sample, body: body)
    guard let side, now != side, sample.time >= otherSince ?? sample.time else {
      side = side ?? now
      otherSince = nil
      return side ?? now
    }
    let since = otherSince ?? sample.time
    otherSince = since
    guard sample.time - since >= patience else { return side }
    self.side = now
    otherSince = nil
    return now
  }

  private mutating func momentary(_ sample: BodySample, body: Body) -> ViewedSide {
    let hip = body.position(.hip, in: sample.keypoints)
    let neck = body.position(.neck, in: sample.keypoints)
    if let hip, let neck {
      trail.append((sample.time, hip, max((neck - hip).length, 1)))
      if let nose = body.position(.nose, in: sample.keypoints) ?? body.position(.head, in: sample.keypoints) {
        noseVotes = 0.9 * noseVotes + 0.1 * (nose.x - neck.x) / max((neck - hip).length, 1)
      }
    }
    trail.removeAll { $0.time < sample.time - window }
    if let first = trail.first, let last = trail.last, abs(last.hip.x - first.hip.x) > last.torso / 3 {
      return last.hip.x > first.hip.x ? .right : .left
    }
    return noseVotes < 0 ? .left : .right
  }
}

import Analysis
import Kapao
import Testing

/// Angles of stick figures whose angles are known.
struct AngleTests {
  let body = Body(skeleton: .coco17)

  /// A figure that faces right, in pixels: upright, arms hanging, straight.
  private func standing() -> [String: Point2] {
    [
      "nose": Point2(108, 40), "left_shoulder": Point2(100, 60), "right_shoulder": Point2(100, 60),
      "left_elbow": Point2(100, 90), "right_elbow": Point2(100, 90), "left_wrist": Point2(100, 115),
      "right_wrist": Point2(100, 115), "left_hip": Point2(100, 120), "right_hip": Point2(100, 120),
      "left_knee": Point2(100, 160), "right_knee": Point2(100, 160), "left_ankle": Point2(100, 200),
      "right_ankle": Point2(100, 200),
    ]
  }

  private func keypoints(_ points: [String: Point2]) -> [Point2?] { Skeleton.coco17.keypointNames.map { points[$0] } }

  private func angle(_ name: String, _ points: [String: Point2], _ side: ViewedSide = .right) throws -> Double {
    let definition = try #require(AngleDefinition.all(of: body).first { $0.name == name })
    return try #require(definition.value(of: keypoints(points), body: body, seen: side))
  }

  @Test("COCO's keypoints give 8 joints and 11 segments, CrowdPose's the head as well")
  func definitions() {
    let coco = AngleDefinition.all(of: body)
    #expect(coco.filter { $0.kind == .joint }.count == 8)
    #expect(coco.filter { $0.kind == .segment }.count == 11)
    let crowd = AngleDefinition.all(of: Body(skeleton: .crowdPose14)).map(\.name)
    #expect(Set(crowd).subtracting(coco.map(\.name)) == ["head"])
  }

  @Test(
    "a person who stands upright has joints at 0, hanging segments at -90 and the trunk at 90",
    arguments: [
      ("right knee", 0.0), ("left hip", 0), ("right shoulder", 0), ("left elbow", 0), ("left shank", -90),
      ("right thigh", -90), ("trunk", 90), ("left arm", -90), ("right forearm", -90),
    ])
  func upright(name: String, degrees: Double) throws {
    #expect(abs(try angle(name, standing()) - degrees) < 1e-9)
  }

  @Test("flexion is positive for knee, hip, elbow and shoulder, whichever way the person faces")
  func flexion() throws {
    var points = standing()
    points["right_knee"] = Point2(140, 120)  // thigh level to the front
    points["right_ankle"] = Point2(140, 160)  // shank hanging
    points["right_elbow"] = Point2(130, 60)  // arm level to the front
    points["right_wrist"] = Point2(130, 35)  // forearm up
    for (name, degrees) in [("right hip", 90.0), ("right knee", 90), ("right shoulder", 90), ("right elbow", 90)] {
      #expect(abs(try angle(name, points) - degrees) < 1e-9, "\(name)")
      let mirrored = points.mapValues { Point2(300 - $0.x, $0.y) }
      #expect(abs(try angle(name, mirrored, .left) - degrees) < 1e-9, "\(name), facing left")
    }
    #expect(abs(try angle("right thigh", points)) < 1e-9)
  }

  @Test("seen from the front, abduction of both sides has the same sign")
  func front() throws {
    var points = standing()
    // Facing the camera the person's right is on the left of the picture.
    points["right_shoulder"] = Point2(85, 60)
    points["left_shoulder"] = Point2(115, 60)
    points["right_elbow"] = Point2(55, 60)
    points["left_elbow"] = Point2(145, 60)
    points["right_hip"] = Point2(90, 120)
    points["left_hip"] = Point2(110, 120)
    #expect(abs(try angle("right shoulder", points, .front) - 90) < 1e-9)
    #expect(abs(try angle("left shoulder", points, .front) - 90) < 1e-9)
    let behind = points.mapValues { Point2(200 - $0.x, $0.y) }
    #expect(abs(try angle("right shoulder", behind, .back) - 90) < 1e-9)
    #expect(abs(try angle("left shoulder", behind, .back) - 90) < 1e-9)
  }

  @Test("pelvis and shoulders have no direction, and a tilt to the right is negative seen from the front")
  func tilt() throws {
    var points = standing()
    points["left_hip"] = Point2(110, 115)
    points["right_hip"] = Point2(90, 125)
    let tilted = try angle("pelvis", points)
    #expect(abs(tilted - 26.565) < 1e-3)
    (points["left_hip"], points["right_hip"]) = (points["right_hip"], points["left_hip"])
    #expect(abs(try angle("pelvis", points) - tilted) < 1e-9)
  }

  @Test("a missing keypoint, and points that coincide, give no angle")
  func missing() throws {
    var points = standing()
    points["right_ankle"] = nil
    points["left_ankle"] = points["left_knee"]
    for name in ["right knee", "left shank"] {
      let definition = try #require(AngleDefinition.all(of: body).first { $0.name == name })
      #expect(definition.value(of: keypoints(points), body: body, seen: .right) == nil)
    }
  }

  @Test("a series is unwrapped by whole turns and never by half of one")
  func unwrapping() throws {
    let shank = try #require(AngleDefinition.all(of: body).first { $0.name == "left shank" })
    let pelvis = try #require(AngleDefinition.all(of: body).first { $0.name == "pelvis" })
    #expect(shank.unwrapped(-170, after: 175) == 190)
    #expect(shank.unwrapped(10, after: 175) == 10)
    #expect(shank.unwrapped(-80, after: 260) == -80)
    #expect(pelvis.unwrapped(-85, after: 88) == 95)
  }

  @Test("a person faces the way they go, and else the way their nose points")
  func facing() {
    var estimator = SideEstimator()
    func sample(_ time: Double, shift: Double, nose: Double) -> BodySample {
      var points = standing().mapValues { Point2($0.x + shift, $0.y) }
      points["nose"] = Point2(100 + shift + nose, 40)
      return BodySample(frame: 0, time: time, box: Box(x1: 0, y1: 0, x2: 1, y2: 1), keypoints: keypoints(points))
    }
    #expect(estimator.update(sample(0, shift: 0, nose: 8), body: body) == .right)
    for step in 1...20 {
      _ = estimator.update(sample(Double(step) / 20, shift: -Double(step) * 3, nose: 8), body: body)
    }
    #expect(estimator.update(sample(1.05, shift: -63, nose: 8), body: body) == .left)
    // A step back for a moment turns nobody round.
    for step in 1...5 {
      #expect(estimator.update(sample(1.05 + Double(step) / 50, shift: 60, nose: 8), body: body) == .left)
    }
    var other = SideEstimator()
    #expect(other.update(sample(0, shift: 0, nose: -8), body: body) == .left)
  }
}

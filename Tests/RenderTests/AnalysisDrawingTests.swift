import Analysis
import Kapao
import Render
import Testing
import VideoIO

/// Courts, angles, labels and privacy on the picture.
struct AnalysisDrawingTests {
  private func drawn(_ shapes: [OverlayShape], width: Int = 320, height: Int = 240) throws -> (FramePlanes, FramePlanes)
  {
    let frame = try VideoFrame.grey(width: width, height: height)
    let before = FramePlanes(frame)
    try OverlayRenderer(skeleton: .coco17).draw([], shapes: shapes, onto: frame)
    return (before, FramePlanes(frame))
  }

  @Test("a court seen from above lies where its pixels are a tenth of a metre")
  func court() throws {
    let corners = [
      ("front-left", 40.0, 20.0), ("front-right", 104, 20), ("back-right", 104, 117.5), ("back-left", 40, 117.5),
    ]
    let calibration = try CourtCalibration(
      court: .squash, width: 320, height: 240,
      landmarks: corners.map { .init(name: $0.0, pixel: Point2($0.1, $0.2), court: Court.squash.landmarks[$0.0]!) })
    let (before, after) = try drawn(CourtDrawing.shapes(calibration, width: 2))
    let places = after.differences(from: before).filter { $0.plane == 0 }
    #expect(!places.isEmpty && places.allSatisfy { (36...108).contains($0.x) && (16...122).contains($0.y) })
    // The short line is 5.44 m from the front wall; half way between it and the wall is nothing.
    #expect(after.planes[0][74][60] != 120 || after.planes[0][75][60] != 120)
    #expect(after.planes[0][47][60] == 120)
  }

  @Test("the small court is in its corner, the right way up, with a dot for each player")
  func miniCourt() throws {
    let size = ImageSize(width: 1280, height: 720)
    for (court, isDown) in [(Court.tennis, false), (.squash, true)] {
      let small = MiniCourt(court: court, size: size)
      let (near, far) = (small.pixel(Point2(1, 0)), small.pixel(Point2(1, court.length)))
      #expect((far.y > near.y) == isDown, "y points up but for squash")
      #expect(small.pixel(Point2(court.width, 0)).x > near.x)
      let place = Point2(court.width / 3, court.length / 4)
      let (before, after) = try drawn(
        small.shapes([.init(identity: 2, position: place, trail: [[Point2(0, 0), place]])]), width: 1280, height: 720)
      let changed = after.differences(from: before).filter { $0.plane == 0 }
      #expect(changed.allSatisfy { $0.x >= 1280 * 3 / 4 && $0.y < 720 / 2 })
      let dot = small.pixel(place)
      let colour = after.yuv(Int(dot.x), Int(dot.y))
      // Player 2 is blue.
      #expect(colour[1] > 150 && colour[2] < 110, "\(colour)")
    }
  }

  @Test("a knee bent by a right angle has its arc between the thigh's continuation and the shank, and its number")
  func angle() throws {
    let body = Body(skeleton: .coco17)
    var keypoints = [Point2?](repeating: nil, count: 17)
    keypoints[12] = Point2(100, 60)
    keypoints[14] = Point2(100, 120)
    keypoints[16] = Point2(40, 120)
    let definitions = AngleDefinition.all(of: body)
    let values = definitions.map { $0.value(of: keypoints, body: body, seen: .right) }
    let shapes = AngleDrawing.shapes(
      definitions, values: values, keypoints: keypoints, body: body, colour: .white, fontSize: 12)
    #expect(shapes.count == 2)
    guard case .line(let arc, _, _, _) = shapes[0], case .label(let text, _, _, _, _) = shapes[1] else {
      Issue.record("an arc and a number")
      return
    }
    #expect(text == "90°")
    // From straight down to the left, 21 px from the knee.
    #expect(arc.allSatisfy { $0.x <= 100.01 && $0.y >= 119.99 })
    #expect(
      arc.allSatisfy { abs((($0.x - 100) * ($0.x - 100) + ($0.y - 120) * ($0.y - 120)).squareRoot() - 21) < 0.01 })
  }

  @Test("labels stay in the picture")
  func label() throws {
    for point in [Point2(0, 0), .init(319, 239), .init(-500, 900)] {
      let (before, after) = try drawn([.label("4.2 m/s", at: point, anchor: .above, size: 14, colour: .white)])
      #expect(after.differences(from: before).count > 200)
    }
  }

  @Test("a head is coarse squares afterwards, and nothing else has changed")
  func blur() throws {
    let frame = try VideoFrame.noise(width: 320, height: 240)
    let before = FramePlanes(frame)
    let pose = Pose.standing(x: 100, y: 10, width: 90, height: 220)
    try Privacy.blurFaces(of: [pose], skeleton: .coco17, in: frame)
    let after = FramePlanes(frame)
    let changed = after.differences(from: before)
    #expect(changed.count > 500)
    #expect(changed.allSatisfy { $0.plane > 0 || ($0.y < 50 && (115...175).contains($0.x)) })
    for index in [0, 1, 2, 3, 4] {
      let (x, y) = (Int(pose.keypoints[index].x), Int(pose.keypoints[index].y))
      #expect(
        after.planes[0][y][x] != before.planes[0][y][x] || after.planes[0][y][x + 1] != before.planes[0][y][x + 1])
      // Of noise only the mean is left.
      #expect((80...175).contains(after.planes[0][y][x]))
    }
    // A head of 16 pixels has no more than some squares, too.
    let far = Pose.standing(x: 200, y: 60, width: 36, height: 88)
    try Privacy.blurFaces(of: [far], skeleton: .coco17, in: frame)
    let face = far.keypoints[0...4]
    let (x, y) = (face.map(\.x).reduce(0, +) / 5, face.map(\.y).reduce(0, +) / 5)
    let small = FramePlanes(frame).planes[0]
    let values = (Int(y) - 4...Int(y) + 4).flatMap { row in (Int(x) - 4...Int(x) + 4).map { small[row][$0] } }
    #expect(Set(values).count <= 16)
    // Somebody at the edge, and outside.
    try Privacy.blurFaces(
      of: [.standing(x: -40, y: -10, width: 90, height: 220), .standing(x: 900, y: 900, width: 50, height: 100)],
      skeleton: .coco17, in: frame)
  }

  @Test("a black background is black in both ranges", arguments: [false, true])
  func black(isFullRange: Bool) throws {
    let frame = try VideoFrame.noise(width: 64, height: 48, fullRange: isFullRange)
    try Privacy.blacken(frame)
    let planes = FramePlanes(frame)
    #expect(planes.yuv(10, 10) == [isFullRange ? 0 : 16, 128, 128])
    #expect(planes.yuv(63, 47) == [isFullRange ? 0 : 16, 128, 128])
  }
}

import Analysis
import Foundation
import Kapao
import Testing

/// A camera of which everything is known, and what is found again from points in its picture.
struct CourtTests {
  /// A pinhole camera 6 m up behind the bottom end, looking down the court.
  static func camera(_ p: Point2, court: Court, k: Double = 0) -> Point2 {
    let depth = (court.isClockwise ? court.length - p.y : p.y) + 5
    let (pitch, height) = (0.35, 6.0)
    let forward = depth * cos(pitch) + height * sin(pitch)
    let down = height * cos(pitch) - depth * sin(pitch)
    let straight = Point2(640 + 900 * (p.x - court.width / 2) / forward, 360 + 900 * down / forward)
    guard k != 0 else { return straight }
    let half = (1280.0 * 1280 + 720 * 720).squareRoot() / 2
    let offset = straight - Point2(640, 360)
    let r = offset.length / half
    let d = r == 0 ? 1 : (1 - (1 - 4 * k * r * r).squareRoot()) / (2 * k * r) / r
    return Point2(640, 360) + offset * d
  }

  static func landmarks(_ court: Court, _ names: [String]? = nil, k: Double = 0) -> [CourtCalibration.Landmark] {
    (names ?? court.landmarks.keys.sorted()).map { name in
      let place = court.landmarks[name]!
      return .init(name: name, pixel: camera(place, court: court, k: k), court: place)
    }
  }

  /// A court that was clicked in a real clip.
  private static func stored(_ name: String) throws -> CourtCalibration {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/courts/\(name).json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(CourtCalibration.self, from: Data(contentsOf: file))
  }

  @Test("every court is found again from its landmarks", arguments: Court.known.keys.sorted())
  func exact(name: String) throws {
    let court = try #require(Court.known[name])
    let calibration = try CourtCalibration(court: court, width: 1280, height: 720, landmarks: Self.landmarks(court))
    for place in [Point2(1, 1), Point2(court.width / 2, court.length / 3)] {
      let pixel = Self.camera(place, court: court)
      let found = try #require(calibration.position(of: pixel))
      #expect((found - place).length < 1e-6)
      let back = try #require(calibration.pixel(of: place))
      #expect((back - pixel).length < 1e-6)
    }
    #expect(calibration.errors.allSatisfy { $0 < 1e-4 })
    #expect(calibration.distortion == 0)
  }

  @Test("the bend of a wide lens is found with enough points")
  func distortion() throws {
    let calibration = try CourtCalibration(
      court: .tennis, width: 1280, height: 720, landmarks: Self.landmarks(.tennis, k: -0.12))
    #expect(abs(calibration.distortion + 0.12) < 1e-3)
    let pixel = Self.camera(Point2(2, 15), court: .tennis, k: -0.12)
    #expect((try #require(calibration.position(of: pixel)) - Point2(2, 15)).length < 0.01)
    #expect((try #require(calibration.pixel(of: Point2(2, 15))) - pixel).length < 0.5)
  }

  @Test("left for right, and points on a line, are refused by name")
  func refused() {
    typealias Problem = CourtCalibration.Problem
    var swapped = Self.landmarks(.tennis, ["bottom-left", "bottom-right", "top-left", "top-right"])
    for pair in [(0, 1), (2, 3)] {
      (swapped[pair.0].pixel, swapped[pair.1].pixel) = (swapped[pair.1].pixel, swapped[pair.0].pixel)
    }
    #expect(throws: Problem.mirrored) {
      try CourtCalibration(court: .tennis, width: 1280, height: 720, landmarks: swapped)
    }
    let line = Self.landmarks(.tennis, ["bottom-left", "bottom-right", "bottom-singles-left", "top-left"])
    #expect(throws: Problem.degenerate) {
      try CourtCalibration(court: .tennis, width: 1280, height: 720, landmarks: line)
    }
    #expect(throws: Problem.tooFew(3)) {
      try CourtCalibration(court: .tennis, width: 1280, height: 720, landmarks: Array(swapped.prefix(3)))
    }
  }

  @Test("a point that was clicked wrongly is named with its error")
  func inaccurate() throws {
    var points = Self.landmarks(.badminton)
    let index = try #require(points.firstIndex { $0.name == "bottom-service-centre" })
    points[index].pixel.x += 60
    #expect {
      try CourtCalibration(court: .badminton, width: 1280, height: 720, landmarks: points)
    } throws: { error in
      guard case CourtCalibration.Problem.inaccurate(let worst, let centimetres, _) = error else { return false }
      return worst == "bottom-service-centre" && centimetres > 25
    }
  }

  @Test("what lies above the horizon has no place on the floor")
  func horizon() throws {
    let calibration = try CourtCalibration(court: .squash, width: 1280, height: 720, landmarks: Self.landmarks(.squash))
    #expect(calibration.position(of: Point2(640, -400)) == nil)
  }

  @Test(
    "points clicked by eye in real clips fit within some centimetres",
    arguments: [("tennis_broadcast", 14, 8.0), ("town_centre", 12, 6)])
  func realClips(name: String, count: Int, limit: Double) throws {
    let stored = try Self.stored(name)
    #expect(stored.landmarks.count == count)
    let fitted = try CourtCalibration(
      court: stored.court, width: stored.imageSize[0], height: stored.imageSize[1], landmarks: stored.landmarks,
      limit: limit)
    for (a, b) in zip(fitted.errors, stored.errors) { #expect(abs(a - b) < 0.01) }
  }

  @Test(
    "what was clicked by eye is what a camera with square pixels sees: two ways to its focal length agree",
    arguments: [("town_centre", 0.03)])
  func isSeenByACamera(name: String, tolerance: Double) throws {
    let stored = try Self.stored(name)
    let map = try #require(Homography(rows: stored.homography.rows)?.inverse).rows
    let (x, y) = (Double(stored.imageSize[0]) / 2, Double(stored.imageSize[1]) / 2)
    // The columns of the map from metres to pixels, from the middle of the frame.
    let (a, b) = (
      [map[0] - x * map[6], map[3] - y * map[6], map[6]], [map[1] - x * map[7], map[4] - y * map[7], map[7]]
    )
    let rightAngles = -(a[0] * b[0] + a[1] * b[1]) / (a[2] * b[2])
    let equalScales = (a[0] * a[0] + a[1] * a[1] - b[0] * b[0] - b[1] * b[1]) / (b[2] * b[2] - a[2] * a[2])
    #expect(rightAngles > 0 && equalScales > 0)
    #expect(abs((rightAngles / equalScales).squareRoot() - 1) < tolerance)
  }

  @Test("who is cut off by the picture's lower edge has no place, wherever the network puts the ankles")
  func cutOff() throws {
    let calibration = try CourtCalibration(court: .tennis, width: 1280, height: 720, landmarks: Self.landmarks(.tennis))
    let body = Body(skeleton: .coco17)
    func place(ankles y: Double?, boxBottom: Float) -> FloorPosition? {
      var keypoints = [Point2?](repeating: nil, count: 17)
      if let y { (keypoints[15], keypoints[16]) = (Point2(600, y), Point2(640, y)) }
      let box = Box(x1: 580, y1: 400, x2: 660, y2: boxBottom)
      return FloorPosition(
        of: BodySample(frame: 0, time: 0, box: box, keypoints: keypoints), body: body, calibration: calibration)
    }
    #expect(place(ankles: 700, boxBottom: 720)?.isFromAnkles == true)
    #expect(place(ankles: 760, boxBottom: 720) == nil)
    #expect(place(ankles: nil, boxBottom: 719) == nil)
    #expect(place(ankles: 760, boxBottom: 690)?.isFromAnkles == false)
  }

  @Test("a calibration survives its file")
  func coding() throws {
    let calibration = try CourtCalibration(court: .padel, width: 1280, height: 720, landmarks: Self.landmarks(.padel))
    let data = try JSONEncoder().encode(calibration)
    #expect(try JSONDecoder().decode(CourtCalibration.self, from: data) == calibration)
  }
}

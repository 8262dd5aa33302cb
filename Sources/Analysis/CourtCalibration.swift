import Foundation

/// Where a court lies in the picture of a camera that does not move: the map from pixels to metres on the floor.
///
/// A homography; with six or more points that are seen through a lens that bends lines, a radial distortion as well (Fitzgibbon's
/// division model, CVPR 2001: undistorted = centre + (distorted − centre) / (1 + k r²), r in halves of the picture's diagonal).
/// Written as JSON; see docs/analysis.md.
package struct CourtCalibration: Hashable, Sendable, Codable {
  /// A point of the plan that was found in the picture.
  package struct Landmark: Hashable, Sendable, Codable {
    /// Its name in the plan, or any other with `court` given.
    package var name: String
    /// Where it is seen, px.
    package var pixel: Point2
    /// Where it is on the court, metres.
    package var court: Point2

    /// A point.
    package init(name: String, pixel: Point2, court: Point2) {
      self.name = name
      self.pixel = pixel
      self.court = court
    }
  }

  /// Why points do not give a calibration.
  package enum Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Fewer than four.
    case tooFew(Int)
    /// They do not determine a map, as when three of four lie on a line.
    case degenerate
    /// Left and right, or front and back, are exchanged.
    case mirrored
    /// Points on both sides of the horizon.
    case beyondHorizon
    /// Larger errors than are allowed, with the worst point.
    case inaccurate(worst: String, centimetres: Double, limit: Double)

    /// One line.
    package var description: String {
      switch self {
      case .tooFew(let count): "a court needs at least four points, and there are \(count)"
      case .degenerate: "the points do not determine where the court is: of four, no three may lie on one line"
      case .mirrored: "the court would be seen mirrored: check which point is left and which is right"
      case .beyondHorizon: "the points cannot all be on one floor: check which is which"
      case .inaccurate(let worst, let error, let limit):
        "\(worst) is \(String(format: "%.0f", error)) cm from where the other points put it (limit \(String(format: "%.0f", limit)) cm)"
      }
    }
  }

  /// What the file is.
  package var format = "kapao-court/1"
  /// The plan.
  package var court: Court
  /// Width and height of the picture, px.
  package var imageSize: [Int]
  /// The points that were given.
  package var landmarks: [Landmark]
  /// From undistorted pixels to metres.
  package var homography: Homography
  /// Fitzgibbon's k; 0 without distortion.
  package var distortion: Double
  /// How far each landmark is from where the map puts it, centimetres on the floor, in their order. Four points have no error.
  package var errors: [Double]

  /// Finds the map.
  ///
  /// - Parameters:
  ///   - limit: The largest error of a landmark, in centimetres.
  ///   - bent: Whether to look for distortion, with six or more points.
  /// - Throws: `Problem`.
  package init(
    court: Court, width: Int, height: Int, landmarks: [Landmark], limit: Double = 25, bent: Bool = true
  ) throws(Problem) {
    guard landmarks.count >= 4 else { throw .tooFew(landmarks.count) }
    self.court = court
    imageSize = [width, height]
    self.landmarks = landmarks
    let targets = landmarks.map(\.court)
    func fitted(_ k: Double) -> (map: Homography, errors: [Double])? {
      let pixels = landmarks.map { Self.straightened($0.pixel, k: k, width: width, height: height) }
      guard let map = Homography.fit(from: pixels, to: targets) else { return nil }
      return (map, zip(pixels, targets).map { p, t in map(p).map { ($0 - t).length * 100 } ?? .infinity })
    }
    func sum(_ k: Double) -> Double { fitted(k)?.errors.reduce(0) { $0 + $1 * $1 } ?? .infinity }
    var k = 0.0
    if bent, landmarks.count >= 6 {
      let best = Self.minimum(of: sum, from: -0.4, to: 0.4)
      // A bent picture has to be much better: every further unknown fits noise.
      if sum(best) < 0.25 * sum(0), sum(0) > 1 { k = best }
    }
    guard let (map, errors) = fitted(k) else { throw .degenerate }
    homography = map
    distortion = k
    self.errors = errors
    let pixels = landmarks.map { Self.straightened($0.pixel, k: k, width: width, height: height) }
    let depths = pixels.map(map.depth)
    guard depths.allSatisfy({ $0 > 0 }) || depths.allSatisfy({ $0 < 0 }) else { throw .beyondHorizon }
    guard let back = map.inverse, Self.isSpread(pixels), Self.isSpread(targets) else { throw .degenerate }
    // The picture's y points down, so a plan whose y is to the left of x turns the other way round in it.
    let middle = Point2(court.width / 2, court.length / 2)
    if let here = back(middle), let right = back(middle + Point2(0.1, 0)), let up = back(middle + Point2(0, 0.1)) {
      let turn = (right.x - here.x) * (up.y - here.y) - (right.y - here.y) * (up.x - here.x)
      guard turn != 0, (turn > 0) == court.isClockwise else { throw .mirrored }
    }
    if let worst = errors.indices.max(by: { errors[$0] < errors[$1] }), errors[worst] > limit || !errors[worst].isFinite
    {
      throw .inaccurate(worst: landmarks[worst].name, centimetres: errors[worst], limit: limit)
    }
  }

  /// Where a pixel is on the floor, metres; `nil` at or beyond the horizon.
  package func position(of pixel: Point2) -> Point2? {
    let straight = Self.straightened(pixel, k: distortion, width: imageSize[0], height: imageSize[1])
    guard let reference = landmarks.first else { return nil }
    let side = homography.depth(
      Self.straightened(reference.pixel, k: distortion, width: imageSize[0], height: imageSize[1]))
    guard homography.depth(straight) * side > 0 else { return nil }
    return homography(straight)
  }

  /// Where a position on the floor is seen, px; `nil` where it is behind the camera.
  package func pixel(of position: Point2) -> Point2? {
    guard let back = homography.inverse, let straight = back(position) else { return nil }
    guard let reference = landmarks.first.map({ back.depth($0.court) }), back.depth(position) * reference > 0 else {
      return nil
    }
    guard distortion != 0 else { return straight }
    let (centre, half) = Self.lens(width: imageSize[0], height: imageSize[1])
    let offset = straight - centre
    let r = offset.length / half
    guard r > 0 else { return straight }
    // r = d / (1 + k d²) for the distorted d.
    let root = 1 - 4 * distortion * r * r
    guard root >= 0 else { return nil }
    let d = (1 - root.squareRoot()) / (2 * distortion * r)
    return centre + offset * (d / r)
  }

  /// Metres on the floor that a pixel is worth around a pixel, at most.
  package func metresPerPixel(at pixel: Point2) -> Double {
    homography.magnification(at: Self.straightened(pixel, k: distortion, width: imageSize[0], height: imageSize[1]))
  }

  private static func lens(width: Int, height: Int) -> (centre: Point2, half: Double) {
    let (w, h) = (Double(width), Double(height))
    return (Point2(w / 2, h / 2), (w * w + h * h).squareRoot() / 2)
  }

  private static func straightened(_ pixel: Point2, k: Double, width: Int, height: Int) -> Point2 {
    guard k != 0 else { return pixel }
    let (centre, half) = lens(width: width, height: height)
    let offset = pixel - centre
    let r = offset.length / half
    return centre + offset * (1 / (1 + k * r * r))
  }

  /// Whether points lie on no single line: the smaller spread is at least a hundredth of the larger, and of four points no
  /// three are on a line.
  private static func isSpread(_ points: [Point2]) -> Bool {
    let n = Double(points.count)
    let mean = points.reduce(Point2(0, 0), +) * (1 / n)
    var (xx, xy, yy) = (0.0, 0.0, 0.0)
    for p in points.map({ $0 - mean }) {
      xx += p.x * p.x
      xy += p.x * p.y
      yy += p.y * p.y
    }
    let difference = ((xx - yy) * (xx - yy) + 4 * xy * xy).squareRoot()
    guard xx + yy - difference > 1e-4 * (xx + yy + difference) else { return false }
    guard points.count == 4 else { return true }
    return points.indices.allSatisfy { left in
      let three = points.indices.filter { $0 != left }.map { points[$0] }
      let (u, v) = (three[1] - three[0], three[2] - three[0])
      return abs(u.x * v.y - u.y * v.x) > 1e-3 * max(u.length * v.length, 1e-12)
    }
  }

  /// Where a function is smallest, by a coarse search and golden sections.
  private static func minimum(of f: (Double) -> Double, from low: Double, to high: Double) -> Double {
    let count = 40
    let grid = (0...count).map { low + (high - low) * Double($0) / Double(count) }
    let best = grid.indices.min { f(grid[$0]) < f(grid[$1]) } ?? 0
    var (a, b) = (grid[max(best - 1, 0)], grid[min(best + 1, count)])
    let golden = (5.0.squareRoot() - 1) / 2
    while b - a > 1e-6 {
      let (c, d) = (b - golden * (b - a), a + golden * (b - a))
      if f(c) < f(d) { b = d } else { a = c }
    }
    return (a + b) / 2
  }
}

/// Where a player stands: from the ankles, or else from the box.
package struct FloorPosition: Hashable, Sendable {
  /// On the floor, metres.
  package var point: Point2
  /// One standard deviation in the worse direction, metres, for ankles found within 3 px and a box within 6 px.
  package var uncertainty: Double
  /// Whether it is from both ankles.
  package var isFromAnkles: Bool

  /// The middle of the ankles where both are in the picture, else the box's lower middle; `nil` beyond the horizon, and where the box
  /// ends with the picture, so that the feet are not in it.
  package init?(of sample: BodySample, body: Body, calibration: CourtCalibration) {
    let (width, height) = (Double(calibration.imageSize[0]), Double(calibration.imageSize[1]))
    // Networks put ankles below the picture, too, where nobody has seen them.
    let ankles = [BodyPoint.leftAnkle, .rightAnkle].compactMap { body.position($0, in: sample.keypoints) }.filter {
      (0...width).contains($0.x) && (0...height).contains($0.y)
    }
    isFromAnkles = ankles.count == 2
    let box = sample.box
    let pixel =
      isFromAnkles ? (ankles[0] + ankles[1]) * 0.5 : Point2(Double(box.x1 + box.x2) / 2, Double(box.y2))
    if !isFromAnkles, Double(box.y2) > height - 2 { return nil }
    guard pixel.isFinite, let point = calibration.position(of: pixel), point.isFinite else { return nil }
    self.point = point
    uncertainty = calibration.metresPerPixel(at: pixel) * (isFromAnkles ? 3 / 2.0.squareRoot() : 6)
  }
}

import Kapao

extension Pose {
  /// A standing person whose box is given; every second keypoint comes from a keypoint object.
  static func standing(x: Float, y: Float, width: Float, height: Float, score: Float = 0.87) -> Pose {
    let places: [(Float, Float)] = [
      (0.5, 0.06), (0.54, 0.045), (0.46, 0.045), (0.58, 0.06), (0.42, 0.06), (0.68, 0.2), (0.32, 0.2), (0.8, 0.36),
      (0.2, 0.36), (0.9, 0.5), (0.1, 0.5), (0.6, 0.52), (0.4, 0.52), (0.64, 0.74), (0.36, 0.74), (0.66, 0.95),
      (0.34, 0.95),
    ]
    return Pose(
      box: Box(x1: x, y1: y, x2: x + width, y2: y + height), score: score,
      keypoints: places.enumerated().map { index, place in
        let isFused = index % 2 == 0
        return Keypoint(
          x: x + place.0 * width, y: y + place.1 * height, confidence: isFused ? 0.8 : 0,
          source: isFused ? .keypointObject : .pose)
      })
  }

  /// A person with all keypoints in one place, with a box of no size.
  static func point(x: Float, y: Float, source: Keypoint.Source = .pose) -> Pose {
    Pose(
      box: Box(x1: x, y1: y, x2: x, y2: y), score: 0.5,
      keypoints: [Keypoint](repeating: Keypoint(x: x, y: y, source: source), count: 17))
  }
}

import Kapao

extension Pose {
  /// The pose as a whole moved by so many pixels.
  func moved(x dx: Double, y dy: Double) -> Pose {
    let (dx, dy) = (Float(dx), Float(dy))
    var pose = self
    pose.box = Box(x1: box.x1 + dx, y1: box.y1 + dy, x2: box.x2 + dx, y2: box.y2 + dy)
    for index in pose.keypoints.indices {
      pose.keypoints[index].x += dx
      pose.keypoints[index].y += dy
    }
    return pose
  }

  /// The pose on the straight way from here (`share` 0) to `other` (1): corners, keypoints, score and confidences.
  ///
  /// A keypoint counts as fused where it was on both sides, and has a position where it had one on both.
  func interpolated(to other: Pose, share: Double) -> Pose {
    let share = Float(share)
    func between(_ one: Float, _ two: Float) -> Float { one + (two - one) * share }
    return Pose(
      box: Box(
        x1: between(box.x1, other.box.x1), y1: between(box.y1, other.box.y1), x2: between(box.x2, other.box.x2),
        y2: between(box.y2, other.box.y2)),
      score: between(score, other.score),
      keypoints: zip(keypoints, other.keypoints).map { one, two in
        let isFused = one.source == .keypointObject && two.source == .keypointObject
        return Keypoint(
          x: between(one.x, two.x), y: between(one.y, two.y),
          confidence: isFused ? between(one.confidence, two.confidence) : 0, source: isFused ? .keypointObject : .pose)
      })
  }
}

/// Fuses pose objects and keypoint objects into poses (Algorithm 1 of the paper).
package struct Fusion: Sendable {
  private let thresholds: Thresholds
  private let letterbox: Letterbox
  private let keypointCount: Int

  /// Fusion for images of one size.
  package init(thresholds: Thresholds, letterbox: Letterbox, keypointCount: Int) {
    self.thresholds = thresholds
    self.letterbox = letterbox
    self.keypointCount = keypointCount
  }

  /// The people of one image, in pixels of the source image, in descending order of score.
  package func poses(_ detections: Detections, predictions: some PredictionSource) -> [Pose] {
    var poses = detections.poseObjects.map { pose(of: $0, predictions: predictions) }
    guard thresholds.usesKeypointObjects else { return poses }
    // Confidences descend, so those that take part come first.
    let eligible = poses.prefix { $0.score > thresholds.fusionConfidence }.count
    if eligible > 0 {
      for object in detections.keypointObjects { fuse(object, into: &poses, eligible: eligible) }
    }
    return thresholds.scoring == .pose ? poses : scored(poses)
  }

  private func scored(_ poses: [Pose]) -> [Pose] {
    poses.map { pose in
      var pose = pose
      pose.score = thresholds.scoring(pose)
      return pose
    }
    .filter { $0.score > thresholds.poseConfidence }.sorted { $0.score > $1.score }
  }

  /// Only the nearest person is asked; if that one refuses, nobody else gets the keypoint object.
  private func fuse(_ object: Candidate, into poses: inout [Pose], eligible: Int) {
    let keypoint = Int(object.classIndex) - 1
    let box = sourceBox(object.box, clipped: thresholds.border == .official)
    let x = (box.x1 + box.x2) / 2
    let y = (box.y1 + box.y2) / 2
    var nearest = 0
    var smallest = Float.infinity
    for person in 0..<eligible {
      let dx = poses[person].keypoints[keypoint].x - x
      let dy = poses[person].keypoints[keypoint].y - y
      let distance = (dx * dx + dy * dy).squareRoot()
      if distance < smallest {
        nearest = person
        smallest = distance
      }
    }
    let own = poses[nearest].keypoints[keypoint]
    if object.confidence > own.confidence, smallest < thresholds.fusionDistance {
      let weight = thresholds.fusionWeight * poses[nearest].score
      let share = weight / (weight + object.confidence)
      poses[nearest].keypoints[keypoint] = Keypoint(
        x: x + share * (own.x - x), y: y + share * (own.y - y), confidence: object.confidence, source: .keypointObject,
        box: box)
    }
  }

  private func pose(of object: Candidate, predictions: some PredictionSource) -> Pose {
    let official = thresholds.border == .official
    var box = sourceBox(object.box, clipped: true)
    if official {
      box = Box(
        x1: box.x1.rounded(.toNearestOrEven), y1: box.y1.rounded(.toNearestOrEven),
        x2: box.x2.rounded(.toNearestOrEven), y2: box.y2.rounded(.toNearestOrEven))
    }
    let keypoints = (0..<keypointCount).map { index in
      let point = predictions.keypoint(index, of: object.prediction)
      var (x, y) = letterbox.sourcePoint(x: point.x, y: point.y)
      if official && index < 2 {
        x = min(max(x, 0), Float(letterbox.source.width))
        y = min(max(y, 0), Float(letterbox.source.height))
      }
      return Keypoint(x: x, y: y)
    }
    return Pose(box: box, score: object.confidence, keypoints: keypoints)
  }

  private func sourceBox(_ box: Box, clipped: Bool) -> Box {
    let (x1, y1) = letterbox.sourcePoint(x: box.x1, y: box.y1)
    let (x2, y2) = letterbox.sourcePoint(x: box.x2, y: box.y2)
    let scaled = Box(x1: x1, y1: y1, x2: x2, y2: y2)
    return clipped ? scaled.clipped(width: letterbox.source.width, height: letterbox.source.height) : scaled
  }
}

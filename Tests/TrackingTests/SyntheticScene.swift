import Foundation
import Kapao
import TestSupport

/// A scene with known truth: walkers, and what a network with noise, misses and occlusion finds of them.
struct SyntheticScene {
  /// A pose that was found, and whose it is.
  struct Found {
    let name: Int
    let pose: Pose
  }

  /// One frame.
  struct Frame {
    let time: Double
    let found: [Found]
  }

  var walkers: [Walker]
  var size = ImageSize(width: 1280, height: 720)
  var seconds = 4.0
  /// Times of frames in seconds; by default 30 frames a second.
  var frameRate = 30.0
  /// Standard deviation of keypoints, in heights.
  var noise = 0.008
  /// Probability that someone is not found in a frame.
  var missRate = 0.0
  /// Whether someone is not found whose box is covered by more than this share by someone whose feet are lower.
  var coverLimit: Double? = 0.6
  /// Varies the time between frames.
  var hasVariableRate = false
  var seed: UInt64 = 1

  /// Frames with poses in descending order of score.
  func frames() -> [Frame] {
    var random = SeededRandom(seed: seed)
    var frames: [Frame] = []
    var time = 0.0
    while time <= seconds {
      let visible = walkers.compactMap { walker in walker.pose(at: time).map { (walker, $0) } }
      var found: [Found] = []
      for (walker, truth) in visible where !(walker.hidden?.contains(time) ?? false) {
        let isCovered = visible.contains { other, pose in
          other.name != walker.name && pose.box.y2 > truth.box.y2
            && Self.cover(of: truth.box, by: pose.box) > (coverLimit ?? 2)
        }
        if isCovered || random.chance(missRate) { continue }
        found.append(Found(name: walker.name, pose: noisy(truth, height: walker.height, random: &random)))
      }
      frames.append(Frame(time: time, found: found.sorted { $0.pose.score > $1.pose.score }))
      time += (hasVariableRate ? random.number(0.4...1.9) : 1) / frameRate
    }
    return frames
  }

  private func noisy(_ pose: Pose, height: Double, random: inout SeededRandom) -> Pose {
    let keypoints = pose.keypoints.map { keypoint in
      Keypoint(
        x: keypoint.x + Float(random.normal(deviation: noise * height)),
        y: keypoint.y + Float(random.normal(deviation: noise * height)))
    }
    let score = pose.score + Float(random.number(-0.15...0.15))
    return Pose(
      box: Walker.box(around: keypoints, margin: Float(height) * 0.05).clipped(width: size.width, height: size.height),
      score: score, keypoints: keypoints)
  }

  /// The share of a box that another covers.
  private static func cover(of box: Box, by other: Box) -> Double {
    let width = min(box.x2, other.x2) - max(box.x1, other.x1)
    let height = min(box.y2, other.y2) - max(box.y1, other.y1)
    return width > 0 && height > 0 ? Double(width * height / max(1, box.area)) : 0
  }
}

import Foundation
import Kapao

/// A person of known identity, whose feet go where a function of time says, with swinging arms and legs.
struct Walker {
  /// Identity.
  let name: Int
  /// Height in pixels.
  let height: Double
  /// Where the feet are at a time in seconds; `nil` while the person is out of the picture.
  let feet: @Sendable (Double) -> (x: Double, y: Double)?
  /// When the person is hidden by something, in seconds.
  var hidden: ClosedRange<Double>?
  /// Score of the poses found.
  var score: Float = 0.8

  /// COCO's keypoints of a standing person: across and up, in heights.
  private static let standing: [(x: Double, y: Double)] = [
    (0, 0.93), (0.02, 0.95), (-0.02, 0.95), (0.04, 0.94), (-0.04, 0.94), (0.11, 0.82), (-0.11, 0.82), (0.15, 0.65),
    (-0.15, 0.65), (0.16, 0.49), (-0.16, 0.49), (0.07, 0.52), (-0.07, 0.52), (0.08, 0.28), (-0.08, 0.28), (0.09, 0.04),
    (-0.09, 0.04),
  ]
  /// How far keypoints swing, in heights.
  private static let swing: [Double] = [0, 0, 0, 0, 0, 0, 0, 0.04, -0.04, 0.09, -0.09, 0, 0, -0.05, 0.05, -0.11, 0.11]

  /// The pose at a time, without noise.
  func pose(at time: Double) -> Pose? {
    guard let feet = feet(time) else { return nil }
    let phase = sin(2 * .pi * time * 1.1 + Double(name))
    let keypoints = zip(Self.standing, Self.swing).map { place, swing in
      Keypoint(x: Float(feet.x + (place.x + swing * phase) * height), y: Float(feet.y - place.y * height))
    }
    return Pose(box: Self.box(around: keypoints, margin: Float(height) * 0.05), score: score, keypoints: keypoints)
  }

  static func box(around keypoints: [Keypoint], margin: Float) -> Box {
    let (x, y) = (keypoints.map(\.x), keypoints.map(\.y))
    return Box(x1: x.min()! - margin, y1: y.min()! - margin, x2: x.max()! + margin, y2: y.max()! + margin)
  }
}

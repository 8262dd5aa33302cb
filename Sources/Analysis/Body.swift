import Kapao

/// A position in a plane: pixels of the upright frame with y down, or metres on the floor. What a value holds is said where
/// it is used.
package struct Point2: Hashable, Sendable, Codable {
  /// Horizontal.
  package var x: Double
  /// Vertical in pictures; along the court on a floor.
  package var y: Double

  /// A position.
  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  package static func + (a: Point2, b: Point2) -> Point2 { Point2(a.x + b.x, a.y + b.y) }
  package static func - (a: Point2, b: Point2) -> Point2 { Point2(a.x - b.x, a.y - b.y) }
  package static func * (a: Point2, factor: Double) -> Point2 { Point2(a.x * factor, a.y * factor) }

  /// Distance from the origin.
  package var length: Double { (x * x + y * y).squareRoot() }

  /// Whether both coordinates are numbers.
  package var isFinite: Bool { x.isFinite && y.isFinite }
}

/// A point of the body under the name that OpenSim's, Pose2Sim's and Sports2D's models give it.
package enum BodyPoint: Int, CaseIterable, Sendable {
  case nose, head, neck, hip
  case leftShoulder, rightShoulder, leftElbow, rightElbow, leftWrist, rightWrist
  case leftHip, rightHip, leftKnee, rightKnee, leftAnkle, rightAnkle

  private static let names = [
    "Nose", "Head", "Neck", "Hip", "LShoulder", "RShoulder", "LElbow", "RElbow", "LWrist", "RWrist", "LHip", "RHip",
    "LKnee", "RKnee", "LAnkle", "RAnkle",
  ]

  /// The models' name.
  package var name: String { Self.names[rawValue] }

  /// The points in the order of Pose2Sim's and Sports2D's OpenSim models.
  package static let openSim: [BodyPoint] = [
    .hip, .rightHip, .rightKnee, .rightAnkle, .leftHip, .leftKnee, .leftAnkle, .neck, .head, .nose, .rightShoulder,
    .rightElbow, .rightWrist, .leftShoulder, .leftElbow, .leftWrist,
  ]

  /// Names of the keypoints that make the point, one or two in whose middle it lies; the first alternative that a skeleton has
  /// counts.
  package var keypointNames: [[String]] {
    switch self {
    case .nose: [["nose"]]
    case .head: [["head"]]
    case .neck: [["neck"], ["left_shoulder", "right_shoulder"]]
    case .hip: [["left_hip", "right_hip"]]
    default: [[(name.hasPrefix("L") ? "left_" : "right_") + name.dropFirst().lowercased()]]
    }
  }
}

extension Skeleton {
  /// Indices of the keypoints of the first alternative that the skeleton has in full; empty where it has none.
  package func indices(ofFirst alternatives: [[String]]) -> [Int] {
    for names in alternatives {
      let indices = names.compactMap { keypointNames.firstIndex(of: $0) }
      if indices.count == names.count { return indices }
    }
    return []
  }
}

/// One person at one time: positions of keypoints in pixels of the upright frame, `nil` where a keypoint is missing.
package struct BodySample: Hashable, Sendable {
  /// The frame's number.
  package var frame: Int
  /// Presentation time in seconds.
  package var time: Double
  /// Left, top, right, bottom of the person's box, px.
  package var box: Box
  /// The K keypoints in the skeleton's order.
  package var keypoints: [Point2?]

  /// A person at one time.
  package init(frame: Int, time: Double, box: Box, keypoints: [Point2?]) {
    self.frame = frame
    self.time = time
    self.box = box
    self.keypoints = keypoints
  }
}

/// The points of the body that a skeleton gives.
package struct Body: Sendable {
  /// The keypoints' names and order.
  package let skeleton: Skeleton
  /// The keypoints of each point, in the order of the points; empty where the skeleton has none.
  private let indices: [[Int]]

  /// The points of a skeleton.
  package init(skeleton: Skeleton) {
    self.skeleton = skeleton
    indices = BodyPoint.allCases.map { skeleton.indices(ofFirst: $0.keypointNames) }
  }

  /// Whether the skeleton has the point.
  package func has(_ point: BodyPoint) -> Bool { !indices[point.rawValue].isEmpty }

  /// Where a point is; `nil` where a keypoint that makes it is missing.
  package func position(_ point: BodyPoint, in keypoints: [Point2?]) -> Point2? {
    let indices = indices[point.rawValue]
    guard !indices.isEmpty else { return nil }
    var sum = Point2(0, 0)
    for index in indices {
      guard index < keypoints.count, let keypoint = keypoints[index] else { return nil }
      sum = sum + keypoint
    }
    return sum * (1 / Double(indices.count))
  }
}

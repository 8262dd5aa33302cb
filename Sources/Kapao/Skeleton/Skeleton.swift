/// The keypoints of a data set: their names, how they are joined when drawn, and the constants that go with them.
///
/// Index order is the data set's own and is the order of every keypoint array in this package.
public struct Skeleton: Hashable, Sendable {
  /// The side of the body that a keypoint or limb is on.
  package enum Side: Sendable {
    case left
    case right
    case centre
  }

  /// A drawn connection between two keypoints, by index.
  public struct Limb: Hashable, Sendable {
    /// Index of the first keypoint.
    public let from: Int
    /// Index of the second keypoint.
    public let to: Int
  }

  /// The data set's name, for example `coco`.
  public let name: String
  /// Names in snake case, one per keypoint.
  public let keypointNames: [String]
  /// Connections that are drawn.
  public let limbs: [Limb]
  /// Indices of the face's keypoints, which the official demo draws as dots on request; empty where there are none.
  package let faceKeypoints: [Int]
  /// For each keypoint, the index it takes when the image is flipped left to right.
  package let flipped: [Int]
  /// Per-keypoint standard deviations of the OKS, as the data set's evaluation defines them.
  package let sigmas: [Float]

  /// The number of keypoints K.
  public var count: Int { keypointNames.count }

  /// The side of a keypoint, from its name.
  package func side(of keypoint: Int) -> Side {
    let name = keypointNames[keypoint]
    return name.hasPrefix("left_") ? .left : name.hasPrefix("right_") ? .right : .centre
  }

  /// The side of a limb: left or right if either end is, and neither end is on the other side.
  package func side(of limb: Limb) -> Side {
    let sides = (side(of: limb.from), side(of: limb.to))
    switch sides {
    case (.left, .right), (.right, .left): return .centre
    case (.centre, let other): return other
    case (let one, _): return one
    }
  }

  /// The skeleton with `count` keypoints that KAPAO's official networks use, or `nil` where none has that many.
  package init?(keypointCount: Int) {
    switch keypointCount {
    case 17: self = .coco17
    case 14: self = .crowdPose14
    default: return nil
    }
  }

  private init(
    name: String, keypoints: [String], limbs: [(Int, Int)], face: [Int], sigmas: [Float]
  ) {
    self.name = name
    self.keypointNames = keypoints
    self.limbs = limbs.map { Limb(from: $0.0, to: $0.1) }
    self.faceKeypoints = face
    self.sigmas = sigmas
    self.flipped = keypoints.map { keypoint in
      let mirrored =
        keypoint.hasPrefix("left_")
        ? "right_" + keypoint.dropFirst(5)
        : keypoint.hasPrefix("right_") ? "left_" + keypoint.dropFirst(6) : keypoint
      return keypoints.firstIndex(of: mirrored)!
    }
  }

  /// COCO's 17 keypoints; sigmas of COCO's keypoint evaluation.
  public static let coco17 = Skeleton(
    name: "coco",
    keypoints: [
      "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
      "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
      "right_ankle",
    ],
    limbs: [
      (5, 6), (5, 11), (11, 12), (12, 6), (5, 7), (7, 9), (6, 8), (8, 10), (11, 13), (13, 15), (12, 14), (14, 16),
    ],
    face: [0, 1, 2, 3, 4],
    sigmas: [
      0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089,
      0.089,
    ])

  /// CrowdPose's 14 keypoints; sigmas of the CrowdPose evaluation.
  public static let crowdPose14 = Skeleton(
    name: "crowdpose",
    keypoints: [
      "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip",
      "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "head", "neck",
    ],
    limbs: [
      (0, 13), (1, 13), (0, 2), (2, 4), (1, 3), (3, 5), (0, 6), (6, 7), (7, 1), (6, 8), (8, 10), (7, 9), (9, 11),
      (12, 13),
    ],
    face: [],
    sigmas: [
      0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089, 0.079, 0.079,
    ])
}

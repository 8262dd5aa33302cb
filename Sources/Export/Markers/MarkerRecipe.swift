import Analysis
import Kapao

/// How a point that a format asks for is made from a skeleton's keypoints.
package struct MarkerRecipe: Hashable, Sendable {
  /// The format's name for the point.
  package let name: String
  private let alternatives: [[String]]

  /// - Parameters:
  ///   - name: The format's name for the point.
  ///   - alternatives: Names of keypoints; the first alternative that the skeleton has in full is taken, and the point
  ///     is in the middle of its keypoints.
  package init(_ name: String, _ alternatives: [String]...) {
    self.name = name
    self.alternatives = alternatives
  }

  /// A point of the body, by OpenSim's name unless another is given.
  package init(_ point: BodyPoint, name: String? = nil) {
    self.name = name ?? point.name
    alternatives = point.keypointNames
  }

  /// Indices of the keypoints that make the point; empty where the skeleton cannot give it.
  package func indices(in skeleton: Skeleton) -> [Int] { skeleton.indices(ofFirst: alternatives) }
}

extension [MarkerRecipe] {
  /// OpenPose's 18 COCO points: COCO's 17 with a neck between the shoulders, right side first.
  package static let openPose18: [MarkerRecipe] = [
    MarkerRecipe("Nose", ["nose"]), MarkerRecipe(.neck),
    MarkerRecipe("RShoulder", ["right_shoulder"]), MarkerRecipe("RElbow", ["right_elbow"]),
    MarkerRecipe("RWrist", ["right_wrist"]), MarkerRecipe("LShoulder", ["left_shoulder"]),
    MarkerRecipe("LElbow", ["left_elbow"]), MarkerRecipe("LWrist", ["left_wrist"]),
    MarkerRecipe("RHip", ["right_hip"]), MarkerRecipe("RKnee", ["right_knee"]), MarkerRecipe("RAnkle", ["right_ankle"]),
    MarkerRecipe("LHip", ["left_hip"]), MarkerRecipe("LKnee", ["left_knee"]), MarkerRecipe("LAnkle", ["left_ankle"]),
    MarkerRecipe("REye", ["right_eye"]), MarkerRecipe("LEye", ["left_eye"]), MarkerRecipe("REar", ["right_ear"]),
    MarkerRecipe("LEar", ["left_ear"]),
  ]

  /// The first 20 of Halpe's 26 points: COCO's 17 in COCO's order, head, neck and hip; the others are of the feet. There is
  /// a head only where the skeleton has it.
  package static let halpe20: [MarkerRecipe] =
    [
      "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
      "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
      "right_ankle", "head",
    ].map { MarkerRecipe($0, [$0]) } + [MarkerRecipe(.neck), MarkerRecipe(.hip)]

  /// PoseTrack 2018's 17 keypoints: no eyes; `head_bottom` is the neck, between the shoulders where the skeleton has
  /// none; `head_top` exists only where the skeleton has it (CrowdPose's `head`), it is not guessed.
  package static let poseTrack18: [MarkerRecipe] =
    [MarkerRecipe("nose", ["nose"]), MarkerRecipe(.neck, name: "head_bottom"), MarkerRecipe("head_top", ["head"])]
    + [
      "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
      "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    ].map { MarkerRecipe($0, [$0]) }

  /// The markers of Pose2Sim's and Sports2D's OpenSim models for COCO's keypoints, in their order; a head for
  /// CrowdPose's.
  package static let openSim: [MarkerRecipe] = BodyPoint.openSim.map { MarkerRecipe($0) }
}

/// The points that a format asks for, in its order, made from the keypoints of a skeleton.
package struct MarkerSet: Hashable, Sendable {
  /// The format's names.
  package let names: [String]
  private let indices: [[Int]]

  /// The points of recipes for a skeleton.
  package init(_ recipes: [MarkerRecipe], skeleton: Skeleton) {
    names = recipes.map(\.name)
    indices = recipes.map { $0.indices(in: skeleton) }
  }

  /// The points of a person; `nil` where one is missing or the skeleton has nothing to make it from.
  package func points(of person: ExportedPerson) -> [ExportedPoint?] {
    indices.map { .centre(of: $0.map { person.keypoints[$0] }) }
  }
}

extension [MarkerRecipe] {
  /// OpenPose's 18 COCO points: COCO's 17 with a neck between the shoulders, right side first.
  package static let openPose18: [MarkerRecipe] = [
    MarkerRecipe("Nose", ["nose"]), neck("Neck"),
    MarkerRecipe("RShoulder", ["right_shoulder"]), MarkerRecipe("RElbow", ["right_elbow"]),
    MarkerRecipe("RWrist", ["right_wrist"]), MarkerRecipe("LShoulder", ["left_shoulder"]),
    MarkerRecipe("LElbow", ["left_elbow"]), MarkerRecipe("LWrist", ["left_wrist"]),
    MarkerRecipe("RHip", ["right_hip"]), MarkerRecipe("RKnee", ["right_knee"]), MarkerRecipe("RAnkle", ["right_ankle"]),
    MarkerRecipe("LHip", ["left_hip"]), MarkerRecipe("LKnee", ["left_knee"]), MarkerRecipe("LAnkle", ["left_ankle"]),
    MarkerRecipe("REye", ["right_eye"]), MarkerRecipe("LEye", ["left_eye"]), MarkerRecipe("REar", ["right_ear"]),
    MarkerRecipe("LEar", ["left_ear"]),
  ]

  /// COCO's 17 keypoints in COCO's order.
  package static let coco17: [MarkerRecipe] = [
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle",
  ].map { MarkerRecipe($0, [$0]) }

  /// PoseTrack 2018's 17 keypoints: no eyes; `head_bottom` is the neck, between the shoulders where the skeleton has
  /// none; `head_top` exists only where the skeleton has it (CrowdPose's `head`), it is not guessed.
  package static let poseTrack18: [MarkerRecipe] =
    [MarkerRecipe("nose", ["nose"]), neck("head_bottom"), MarkerRecipe("head_top", ["head"])]
    + [
      "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist",
      "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    ].map { MarkerRecipe($0, [$0]) }

  /// The markers of Pose2Sim's and Sports2D's OpenSim models for COCO's keypoints, in their order; a head for
  /// CrowdPose's.
  package static let openSim: [MarkerRecipe] = [
    MarkerRecipe("Hip", ["left_hip", "right_hip"]),
    MarkerRecipe("RHip", ["right_hip"]), MarkerRecipe("RKnee", ["right_knee"]), MarkerRecipe("RAnkle", ["right_ankle"]),
    MarkerRecipe("LHip", ["left_hip"]), MarkerRecipe("LKnee", ["left_knee"]), MarkerRecipe("LAnkle", ["left_ankle"]),
    neck("Neck"), MarkerRecipe("Head", ["head"]), MarkerRecipe("Nose", ["nose"]),
    MarkerRecipe("RShoulder", ["right_shoulder"]), MarkerRecipe("RElbow", ["right_elbow"]),
    MarkerRecipe("RWrist", ["right_wrist"]), MarkerRecipe("LShoulder", ["left_shoulder"]),
    MarkerRecipe("LElbow", ["left_elbow"]), MarkerRecipe("LWrist", ["left_wrist"]),
  ]

  private static func neck(_ name: String) -> MarkerRecipe {
    MarkerRecipe(name, ["neck"], ["left_shoulder", "right_shoulder"])
  }
}

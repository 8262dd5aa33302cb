/// One person found in one image: box, score and keypoints in pixels of the source image.
public struct Pose: Hashable, Sendable {
  /// The person's box.
  public var box: Box
  /// The pose object's confidence, objectness × class score, 0…1.
  public var score: Float
  /// The K keypoints in the skeleton's order. All have a position; `Keypoint.source` says how it was found.
  public var keypoints: [Keypoint]

  /// A person.
  public init(box: Box, score: Float, keypoints: [Keypoint]) {
    self.box = box
    self.score = score
    self.keypoints = keypoints
  }
}

/// One keypoint of a person.
public struct Keypoint: Hashable, Sendable {
  /// Where a keypoint's position comes from.
  public enum Source: String, Codable, Sendable {
    /// Regressed with the pose object.
    case pose
    /// Replaced by a keypoint object in the fusion (Algorithm 1).
    case keypointObject = "kp"
  }

  /// Horizontal position in pixels of the source image.
  public var x: Float
  /// Vertical position in pixels of the source image, downwards.
  public var y: Float
  /// Confidence of the fused keypoint object. 0 where none was fused, which says nothing about visibility.
  public var confidence: Float
  /// Where the position comes from.
  public var source: Source
  /// Box of the keypoint object that was fused, in pixels of the source image; `nil` where none was, and where the pose was
  /// not found by the network in its frame.
  public var box: Box?

  /// A keypoint at a position in pixels.
  public init(x: Float, y: Float, confidence: Float = 0, source: Source = .pose, box: Box? = nil) {
    self.x = x
    self.y = y
    self.confidence = confidence
    self.source = source
    self.box = box
  }
}

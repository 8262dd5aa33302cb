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

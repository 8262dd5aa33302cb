/// A detection before or after non-maximum suppression: a pose object (class 0) or a keypoint object (class k + 1).
public struct Candidate: Hashable, Sendable {
  /// Box in pixels of the network's input.
  public var box: Box
  /// Objectness × best class score, 0…1.
  public var confidence: Float
  /// 0 for a pose object, k + 1 for keypoint k.
  public var classIndex: Int32
  /// Which prediction it is, for looking up its keypoints later.
  public var prediction: Int32
}

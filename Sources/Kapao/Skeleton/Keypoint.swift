/// One keypoint of a person.
public struct Keypoint: Hashable, Sendable {
  /// Where a keypoint's position comes from.
  public enum Source: String, Sendable {
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

  /// A keypoint at a position in pixels.
  public init(x: Float, y: Float, confidence: Float = 0, source: Source = .pose) {
    self.x = x
    self.y = y
    self.confidence = confidence
    self.source = source
  }
}

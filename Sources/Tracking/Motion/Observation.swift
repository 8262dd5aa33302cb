import Kapao

/// A pose of the current frame as the trackers measure it: positions that are numbers, and the person's size.
struct Observation {
  let pose: Pose
  /// Its place in the frame's poses.
  let index: Int
  let shape: BodyShape
  /// Half the box's diagonal in pixels: unlike the box's area it hardly changes with the stride.
  let size: Double
  /// Whether the pose may begin a track; a weak one only carries one on.
  let isConfident: Bool

  /// `nil` for a pose without any position that is a number.
  init?(_ pose: Pose, index: Int, confidence: Float) {
    let shape = BodyShape(pose.keypoints)
    guard let extent = shape.extent else { return nil }
    self.pose = pose
    self.index = index
    self.shape = shape
    size = Self.size(of: pose.box, extent: extent)
    isConfident = pose.score >= confidence
  }

  /// From the box, or from the keypoints where the box is none.
  private static func size(of box: Box, extent: BodyShape.Extent) -> Double {
    let (width, height) = (Double(max(0, box.width)), Double(max(0, box.height)))
    let fromBox = (width * width + height * height).squareRoot() / 2
    if fromBox.isFinite, fromBox > 1, fromBox < 1e6 { return fromBox }
    return max(1, (extent.width * extent.width + extent.height * extent.height).squareRoot() / 2)
  }
}

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

  /// The box's or the keypoints', whichever is larger: weak poses have boxes around a part of the body.
  private static func size(of box: Box, extent: BodyShape.Extent) -> Double {
    func half(_ width: Double, _ height: Double) -> Double { (width * width + height * height).squareRoot() / 2 }
    let fromBox = half(Double(max(0, box.width)), Double(max(0, box.height)))
    let fromKeypoints = half(extent.width, extent.height)
    return max(1, fromBox.isFinite && fromBox < 1e6 ? max(fromBox, fromKeypoints) : fromKeypoints)
  }
}

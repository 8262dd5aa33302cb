import Kapao

/// A pose as a row of coordinates to smooth: the box's corners, then x and y of each keypoint, in pixels.
struct PoseSignals: Hashable {
  var values: [Double]
  /// Half the box's diagonal in pixels.
  let size: Double

  init(_ pose: Pose) {
    let box = pose.box
    values = [box.x1, box.y1, box.x2, box.y2].map(Double.init)
    values.reserveCapacity(4 + 2 * pose.keypoints.count)
    for keypoint in pose.keypoints {
      values.append(Double(keypoint.x))
      values.append(Double(keypoint.y))
    }
    let (width, height) = (Double(box.width), Double(box.height))
    let diagonal = (width * width + height * height).squareRoot()
    size = diagonal.isFinite ? max(1, diagonal / 2) : 1
  }

  /// A pose's place in the row taken by other coordinates.
  init(_ pose: Pose, values: [Double]) {
    self.init(pose)
    for index in values.indices where values[index].isFinite && index < self.values.count {
      self.values[index] = values[index]
    }
  }

  /// The pose with these coordinates.
  func applied(to pose: Pose) -> Pose {
    var pose = pose
    pose.box = Box(x1: Float(values[0]), y1: Float(values[1]), x2: Float(values[2]), y2: Float(values[3]))
    for index in pose.keypoints.indices where 5 + 2 * index < values.count {
      pose.keypoints[index].x = Float(values[4 + 2 * index])
      pose.keypoints[index].y = Float(values[5 + 2 * index])
    }
    return pose
  }
}

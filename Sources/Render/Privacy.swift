import Kapao
import VideoIO

/// Making people unrecognisable in a frame.
package enum Privacy {
  /// Replaces heads by coarse squares, whose colours are means over the head's pixels.
  ///
  /// The head is a disc around the keypoints of the face, from which nobody is found again: it goes half as far again
  /// as the outermost of them, and is at least as large as a head on such a body.
  ///
  /// - Throws: The frame's error where it cannot be made writable.
  package static func blurFaces(of people: [Pose], skeleton: Skeleton, in frame: VideoFrame) throws {
    let discs = people.compactMap { head(of: $0, skeleton: skeleton) }
    guard !discs.isEmpty else { return }
    try frame.makeWritable()
    for plane in 0..<3 {
      let divisor = plane == 0 ? 1.0 : 2.0
      frame.withMutablePlane(plane) { pixels, stride, width, height in
        for disc in discs {
          mosaic(
            &pixels, stride: stride, width: width, height: height, x: disc.x / divisor, y: disc.y / divisor,
            radius: disc.radius / divisor, leastBlock: plane == 0 ? 4 : 2)
        }
      }
    }
  }

  /// Makes the whole frame black, so that only what is drawn afterwards is seen.
  ///
  /// - Throws: The frame's error where it cannot be made writable.
  package static func blacken(_ frame: VideoFrame) throws {
    try frame.makeWritable()
    for plane in 0..<3 {
      let value: UInt8 = plane == 0 ? (frame.isFullRange ? 0 : 16) : 128
      frame.withMutablePlane(plane) { pixels, _, _, _ in
        for index in pixels.indices { pixels[index] = value }
      }
    }
  }

  private static func head(of pose: Pose, skeleton: Skeleton) -> (x: Double, y: Double, radius: Double)? {
    func point(_ index: Int) -> (x: Double, y: Double)? {
      guard index < pose.keypoints.count else { return nil }
      let keypoint = pose.keypoints[index]
      return keypoint.x.isFinite && keypoint.y.isFinite ? (Double(keypoint.x), Double(keypoint.y)) : nil
    }
    let face = skeleton.faceKeypoints.sorted().compactMap(point)
    let box = pose.box
    let height = Double(max(box.height, box.width))
    guard height.isFinite, height > 0 else { return nil }
    // A head is about an eighth of the body; with hair, and keypoints that are off, somewhat more.
    let least = 0.09 * height
    guard !face.isEmpty else {
      return (Double(box.x1 + box.x2) / 2, Double(box.y1) + 0.08 * height, 1.3 * least)
    }
    let (x, y) = (
      face.map(\.x).reduce(0, +) / Double(face.count), face.map(\.y).reduce(0, +) / Double(face.count)
    )
    let reach = face.map { (($0.x - x) * ($0.x - x) + ($0.y - y) * ($0.y - y)).squareRoot() }.max() ?? 0
    return (x, y, max(1.5 * reach, least, 4))
  }

  private static func mosaic(
    _ pixels: inout MutableSpan<UInt8>, stride: Int, width: Int, height: Int, x: Double, y: Double, radius: Double,
    leastBlock: Int
  ) {
    // Four squares across a head, whatever its size, and none smaller than four pixels of luma.
    let block = max(leastBlock, Int(radius / 2))
    let (left, right) = (Int(max(x - radius, 0)), Int(min(x + radius + 1, Double(width))))
    let (top, bottom) = (Int(max(y - radius, 0)), Int(min(y + radius + 1, Double(height))))
    guard left < right, top < bottom else { return }
    for blockTop in Swift.stride(from: top, to: bottom, by: block) {
      for blockLeft in Swift.stride(from: left, to: right, by: block) {
        let (blockRight, blockBottom) = (min(blockLeft + block, right), min(blockTop + block, bottom))
        var (sum, count) = (0, 0)
        for row in blockTop..<blockBottom {
          for column in blockLeft..<blockRight {
            sum += Int(pixels[row * stride + column])
            count += 1
          }
        }
        let mean = UInt8(sum / max(count, 1))
        for row in blockTop..<blockBottom {
          for column in blockLeft..<blockRight {
            let (dx, dy) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
            if dx * dx + dy * dy <= radius * radius { pixels[row * stride + column] = mean }
          }
        }
      }
    }
  }
}

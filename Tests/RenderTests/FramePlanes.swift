import Kapao
import VideoIO

/// A frame's samples, for comparing before and after.
struct FramePlanes: Equatable {
  /// Rows without their padding: luma, U, V.
  let planes: [[[UInt8]]]

  init(_ frame: VideoFrame) {
    planes = (0..<3).map { plane in
      frame.withPlane(plane) { pixels, stride, width, height in
        (0..<height).map { row in (0..<width).map { pixels[row * stride + $0] } }
      }
    }
  }

  /// Luma and the chroma that belongs to it at a pixel.
  func yuv(_ x: Int, _ y: Int) -> [Int] {
    [Int(planes[0][y][x]), Int(planes[1][y / 2][x / 2]), Int(planes[2][y / 2][x / 2])]
  }

  /// The samples that differ, as plane, x and y.
  func differences(from other: FramePlanes) -> [(plane: Int, x: Int, y: Int)] {
    var found: [(Int, Int, Int)] = []
    for plane in 0..<3 {
      for (y, (row, otherRow)) in zip(planes[plane], other.planes[plane]).enumerated() where row != otherRow {
        for x in row.indices where row[x] != otherRow[x] { found.append((plane, x, y)) }
      }
    }
    return found
  }
}

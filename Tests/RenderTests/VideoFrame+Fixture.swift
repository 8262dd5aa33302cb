import Kapao
import VideoIO

extension VideoFrame {
  /// A frame with a different value in nearly every sample, so that no change goes unseen.
  static func noise(
    width: Int, height: Int, fullRange: Bool = false, matrix: ColourMatrix = .bt601
  ) throws -> VideoFrame {
    let frame = try VideoFrame.blank(
      size: ImageSize(width: width, height: height), fullRange: fullRange, matrix: matrix)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for plane in 0..<3 {
      frame.withMutablePlane(plane) { pixels, stride, width, height in
        for row in 0..<height {
          for column in 0..<width {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            pixels[row * stride + column] = UInt8(truncatingIfNeeded: state >> 56)
          }
        }
      }
    }
    return frame
  }

  /// A grey frame.
  static func grey(width: Int, height: Int) throws -> VideoFrame {
    try VideoFrame.blank(size: ImageSize(width: width, height: height), y: 120)
  }
}

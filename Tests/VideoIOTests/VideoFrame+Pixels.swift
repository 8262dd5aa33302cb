import VideoIO

extension VideoFrame {
  /// All pixels, plane after plane without gaps, as ffmpeg's `rawvideo` has them.
  var pixels: [UInt8] {
    var all: [UInt8] = []
    for plane in 0..<3 {
      withPlane(plane) { pixels, stride, width, height in
        for y in 0..<height {
          for x in 0..<width { all.append(pixels[y * stride + x]) }
        }
      }
    }
    return all
  }

  /// One number for all pixels.
  var checksum: Int {
    var sum = 17
    for pixel in pixels { sum = sum &* 31 &+ Int(pixel) }
    return sum
  }
}

import Kapao
import TestSupport
import Testing
import VideoIO

struct VideoFrameTests {
  @Test("A copy has pixels of its own")
  func copies() throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: 33, height: 17), pts: 7, timeBase: Rational(1, 50), y: 50)
    let copy = try frame.copy()
    copy.withMutablePlane(0) { pixels, _, _, _ in pixels[0] = 99 }
    #expect(frame.withPlane(0) { pixels, _, _, _ in pixels[0] } == 50)
    #expect(copy.withPlane(0) { pixels, _, _, _ in pixels[0] } == 99)
    #expect(copy.pts == 7)
    #expect(copy.time == 0.14)
  }

  @Test("Chroma planes of odd sizes are rounded up")
  func planes() throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: 33, height: 17))
    let chroma = frame.withPlane(1) { pixels, stride, width, height in
      (width, height, pixels.count == stride * (height - 1) + width)
    }
    #expect(chroma == (17, 9, true))
  }

  @Test("Decoded pixels stay as they are when a frame is made writable and drawn on")
  func copyOnWrite() throws {
    let reader = try VideoReader(Media.path("av.mp4"))
    let untouched = try Reading(Media.path("av.mp4")).frames.map(\.checksum)
    var drawn: [Int] = []
    while case .frame(let frame)? = try reader.next() {
      drawn.append(frame.checksum)
      try frame.makeWritable()
      frame.withMutablePlane(0) { pixels, stride, width, height in
        for y in 0..<height {
          for x in 0..<width { pixels[y * stride + x] = 255 }
        }
      }
    }
    #expect(drawn == untouched)
  }

  @Test("Black, white and red are where the standards put them")
  func colours() throws {
    let size = ImageSize(width: 16, height: 16)
    let tv = try VideoFrame.blank(size: size, matrix: .bt709)
    #expect(tv.yuv(red: 0, green: 0, blue: 0) == (16, 128, 128))
    #expect(tv.yuv(red: 255, green: 255, blue: 255) == (235, 128, 128))
    #expect(tv.yuv(red: 255, green: 0, blue: 0) == (63, 102, 240))
    let full = try VideoFrame.blank(size: size, fullRange: true, matrix: .bt601)
    #expect(full.yuv(red: 255, green: 0, blue: 0) == (76, 85, 255))
  }

  @Test("A picture that names no matrix has the one that players assume for its height")
  func assumedMatrix() throws {
    #expect(try VideoFrame.blank(size: ImageSize(width: 640, height: 480)).colourMatrix == .bt601)
    #expect(try VideoFrame.blank(size: ImageSize(width: 1280, height: 720)).colourMatrix == .bt709)
  }
}

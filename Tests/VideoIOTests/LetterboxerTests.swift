import Foundation
import Kapao
import Testing
import VideoIO

struct LetterboxerTests {
  @Test(
    "The content is near an exact bilinear scaling at pixel centres",
    arguments: [
      (ImageSize(width: 640, height: 360), 1024), (ImageSize(width: 640, height: 360), 320),
      (ImageSize(width: 251, height: 333), 640), (ImageSize(width: 544, height: 1024), 1024),
    ])
  func scaling(size: ImageSize, side: Int) throws {
    let frame = try VideoFrame.blank(size: size, fullRange: true, matrix: .bt601)
    frame.withMutablePlane(0) { pixels, stride, width, height in
      for y in 0..<height {
        for x in 0..<width { pixels[y * stride + x] = Self.picture(Double(x) + 0.5, Double(y) + 0.5) }
      }
    }
    let letterbox = Letterbox(source: size, size: side)
    let image = LetterboxedImage(letterbox: letterbox)
    try Letterboxer().prepare(frame, into: image)
    var worst = 0
    for y in 0..<letterbox.content.height {
      for x in 0..<letterbox.content.width {
        let expected = Self.picture(
          (Double(x) + 0.5) * Double(size.width) / Double(letterbox.content.width),
          (Double(y) + 0.5) * Double(size.height) / Double(letterbox.content.height))
        let at = ((y + letterbox.top) * letterbox.input.width + x + letterbox.left) * 3
        for channel in 0..<3 { worst = max(worst, abs(Int(image.pixels[at + channel]) - Int(expected))) }
      }
    }
    #expect(worst <= 4)
  }

  /// A smooth pattern without symmetry: a shift of half a pixel changes it by about 4.
  private static func picture(_ x: Double, _ y: Double) -> UInt8 {
    UInt8(128 + 60 * sin(x / 12) + 60 * cos(y / 9))
  }

  @Test(
    "Nothing is written outside the content",
    arguments: [
      ImageSize(width: 640, height: 360), ImageSize(width: 360, height: 640), ImageSize(width: 544, height: 1024),
      ImageSize(width: 321, height: 181), ImageSize(width: 181, height: 321), ImageSize(width: 1023, height: 577),
      ImageSize(width: 3, height: 200), ImageSize(width: 320, height: 320), ImageSize(width: 577, height: 1024),
    ])
  func padding(size: ImageSize) throws {
    let frame = try VideoFrame.blank(size: size, y: 235)
    let letterbox = Letterbox(source: size, size: 320)
    let image = LetterboxedImage(letterbox: letterbox)
    let guards = [UInt8](repeating: 9, count: 1000)
    image.pixels += guards
    let letterboxer = Letterboxer()
    try letterboxer.prepare(frame, into: image)
    try letterboxer.prepare(frame, into: image)
    #expect(image.pixels.suffix(guards.count) == guards[...])
    var wrong = 0
    for y in 0..<letterbox.input.height {
      for x in 0..<letterbox.input.width {
        let isContent =
          (letterbox.top..<letterbox.top + letterbox.content.height).contains(y)
          && (letterbox.left..<letterbox.left + letterbox.content.width).contains(x)
        for channel in 0..<3 {
          let value = image.pixels[(y * letterbox.input.width + x) * 3 + channel]
          if isContent ? value < 252 : value != Letterbox.padding { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test(
    "Colours come back in every matrix and range",
    arguments: [ColourMatrix.bt601, .bt709, .bt2020, .smpte240m, .fcc], [false, true])
  func colours(matrix: ColourMatrix, isFull: Bool) throws {
    let size = ImageSize(width: 64, height: 64)
    let probe = try VideoFrame.blank(size: size, fullRange: isFull, matrix: matrix)
    for colour in [(200, 40, 90), (255, 255, 255), (0, 0, 0), (10, 180, 220)] as [(UInt8, UInt8, UInt8)] {
      let yuv = probe.yuv(red: colour.0, green: colour.1, blue: colour.2)
      let frame = try VideoFrame.blank(
        size: size, y: yuv.y, u: yuv.u, v: yuv.v, fullRange: isFull, matrix: matrix)
      let image = LetterboxedImage(letterbox: Letterbox(source: size, size: 128))
      try Letterboxer().prepare(frame, into: image)
      let centre = (64 * 128 + 64) * 3
      #expect(abs(Int(image.pixels[centre]) - Int(colour.0)) <= 3)
      #expect(abs(Int(image.pixels[centre + 1]) - Int(colour.1)) <= 3)
      #expect(abs(Int(image.pixels[centre + 2]) - Int(colour.2)) <= 3)
    }
  }

  @Test(
    "A flat colour is what the matrix's formula says",
    arguments: [ColourMatrix.bt601, .bt709, .bt2020, .smpte240m, .fcc], [false, true])
  func formula(matrix: ColourMatrix, isFull: Bool) throws {
    let size = ImageSize(width: 16, height: 16)
    let letterboxer = Letterboxer()
    let image = LetterboxedImage(letterbox: Letterbox(source: size, size: 64))
    let values: [UInt8] = [0, 16, 60, 128, 181, 235, 255]
    var worst = 0.0
    for (y, u, v) in values.flatMap({ y in values.flatMap { u in values.map { (y, u, $0) } } }) {
      let frame = try VideoFrame.blank(size: size, y: y, u: u, v: v, fullRange: isFull, matrix: matrix)
      try letterboxer.prepare(frame, into: image)
      let expected = LetterboxReference.rgb(
        y: Double(y), u: Double(u), v: Double(v), isFullRange: isFull, matrix: matrix)
      #expect(image.pixels[..<3].elementsEqual(image.pixels[(64 * 63 + 63) * 3..<64 * 64 * 3]))
      for channel in 0..<3 { worst = max(worst, abs(Double(image.pixels[channel]) - expected[channel])) }
    }
    #expect(worst <= 0.6)
  }

  @Test("A frame of another size than the letterbox's is an error")
  func wrongSize() throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: 32, height: 32))
    let image = LetterboxedImage(letterbox: Letterbox(source: ImageSize(width: 64, height: 32), size: 64))
    #expect(throws: VideoError.self) { try Letterboxer().prepare(frame, into: image) }
  }
}

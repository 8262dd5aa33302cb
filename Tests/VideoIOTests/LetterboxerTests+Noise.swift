import Kapao
import TestSupport
import Testing
import VideoIO

extension LetterboxerTests {
  @Test(
    "Noise comes out as the definition says",
    arguments: [
      (ImageSize(width: 640, height: 360), 320), (ImageSize(width: 500, height: 281), 256),
      (ImageSize(width: 997, height: 613), 192), (ImageSize(width: 251, height: 333), 640),
      (ImageSize(width: 320, height: 200), 320), (ImageSize(width: 319, height: 201), 320),
      (ImageSize(width: 5, height: 3), 64), (ImageSize(width: 1, height: 1), 64),
      (ImageSize(width: 3000, height: 2), 64),
      (ImageSize(width: 3, height: 1200), 128),
    ])
  func noise(size: ImageSize, side: Int) throws {
    let frame = try Self.noise(size: size)
    let image = LetterboxedImage(letterbox: Letterbox(source: size, size: side))
    try Letterboxer().prepare(frame, into: image)
    let expected = LetterboxReference(frame, content: image.letterbox.content).rgb()
    #expect(zip(Self.content(of: image), expected).map { abs(Double($0) - $1) }.max()! <= 0.8)
  }

  @Test(
    "A crop is what scaling that part alone gives, and grey where the picture ends",
    arguments: [
      (ImageSize(width: 640, height: 360), Box(x1: 200, y1: 100, x2: 300, y2: 220)),
      (ImageSize(width: 641, height: 359), Box(x1: 0, y1: 150, x2: 90, y2: 359)),
      (ImageSize(width: 641, height: 359), Box(x1: 600, y1: 20, x2: 641, y2: 90)),
      (ImageSize(width: 99, height: 77), Box(x1: 0, y1: 0, x2: 99, y2: 77)),
    ])
  func crops(size: ImageSize, box: Box) throws {
    let frame = try Self.noise(size: size)
    let crop = try #require(
      Letterbox(source: size, around: box, margin: 1.6, input: ImageSize(width: 192, height: 128)))
    let image = LetterboxedImage(letterbox: crop)
    let letterboxer = Letterboxer()
    // After another crop, nothing of it is left.
    image.pixels = [UInt8](repeating: 0, count: image.pixels.count)
    image.reset(to: crop)
    try letterboxer.prepare(frame, into: image)
    let region = crop.region
    let part = try VideoFrame.blank(
      size: ImageSize(width: region.width, height: region.height), fullRange: frame.isFullRange,
      matrix: frame.colourMatrix)
    for plane in 0..<3 {
      let (x, y) = plane == 0 ? (region.x, region.y) : (region.x / 2, region.y / 2)
      frame.withPlane(plane) { source, sourceStride, _, _ in
        part.withMutablePlane(plane) { target, stride, width, height in
          for row in 0..<height {
            for column in 0..<width {
              target[row * stride + column] = source[(y + row) * sourceStride + x + column]
            }
          }
        }
      }
    }
    let expected = LetterboxReference(part, content: crop.content).rgb()
    #expect(zip(Self.content(of: image), expected).map { abs(Double($0) - $1) }.max()! <= 0.8)
    let padding = image.pixels.indices.filter { index in
      let (row, column) = (index / 3 / crop.input.width, index / 3 % crop.input.width)
      return !(crop.top..<crop.top + crop.content.height).contains(row)
        || !(crop.left..<crop.left + crop.content.width).contains(column)
    }
    #expect(padding.allSatisfy { image.pixels[$0] == Letterbox.padding })
  }

  @Test("Rows may lie further apart than they are long")
  func strides() throws {
    for width in [33, 319, 1000] {
      let frame = try Self.noise(size: ImageSize(width: width, height: 40))
      frame.withPlane(0) { _, stride, width, _ in #expect(stride > width) }
      let image = LetterboxedImage(letterbox: Letterbox(source: frame.size, size: 256))
      try Letterboxer().prepare(frame, into: image)
      let expected = LetterboxReference(frame, content: image.letterbox.content).rgb()
      #expect(zip(Self.content(of: image), expected).allSatisfy { abs(Double($0) - $1) <= 0.6 })
    }
  }

  @Test("Every kind of vector instructions gives the same pixels")
  func vectorLevels() throws {
    let letterboxers = [0, 1, 2].map { Letterboxer(vectorLevel: $0) }
    for size in [(1920, 1080), (641, 359), (100, 77), (3000, 20)].map({ ImageSize(width: $0.0, height: $0.1) }) {
      let frame = try Self.noise(size: size)
      let images = try letterboxers.map { letterboxer in
        let image = LetterboxedImage(letterbox: Letterbox(source: size, size: 576))
        try letterboxer.prepare(frame, into: image)
        return image.pixels
      }
      // Not ==, which searches for the shortest list of changes when it fails.
      #expect(images[1].elementsEqual(images[0]))
      #expect(images[2].elementsEqual(images[0]))
    }
  }

  @Test("Enlarging is OpenCV's INTER_LINEAR")
  func enlarging() throws {
    let size = ImageSize(width: 90, height: 51)
    let frame = try Self.noise(size: size, hasColour: false)
    let image = LetterboxedImage(letterbox: Letterbox(source: size, size: 320))
    try Letterboxer().prepare(frame, into: image)
    let (pixels, content) = (frame.pixels, image.letterbox.content)
    // OpenCV's resize: the position of a pixel's centre in the source, cut off at the border.
    func position(_ index: Int, _ samples: Int, _ count: Int) -> (Int, Int, Double) {
      let at = (Double(index) + 0.5) * Double(samples) / Double(count) - 0.5
      let first = Int(at.rounded(.down))
      if first < 0 { return (0, 0, 0) }
      if first >= samples - 1 { return (samples - 1, samples - 1, 0) }
      return (first, first + 1, at - Double(first))
    }
    var worst = 0.0
    let actual = Self.content(of: image)
    for y in 0..<content.height {
      let (top, bottom, down) = position(y, size.height, content.height)
      for x in 0..<content.width {
        let (left, right, along) = position(x, size.width, content.width)
        func mix(_ row: Int) -> Double {
          Double(pixels[row * size.width + left]) * (1 - along) + Double(pixels[row * size.width + right]) * along
        }
        let expected = mix(top) * (1 - down) + mix(bottom) * down
        worst = max(worst, abs(Double(actual[(y * content.width + x) * 3]) - expected))
      }
    }
    #expect(worst <= 0.6)
  }

  /// A frame of random bytes.
  private static func noise(size: ImageSize, hasColour: Bool = true) throws -> VideoFrame {
    let frame = try VideoFrame.blank(size: size, fullRange: true, matrix: .bt601)
    var random = SeededRandom(seed: 7)
    for plane in 0..<(hasColour ? 3 : 1) {
      frame.withMutablePlane(plane) { pixels, _, _, _ in
        for i in pixels.indices { pixels[i] = .random(in: 0...255, using: &random) }
      }
    }
    return frame
  }

  /// The bytes of the content, row by row.
  private static func content(of image: LetterboxedImage) -> [UInt8] {
    let letterbox = image.letterbox
    return (letterbox.top..<letterbox.top + letterbox.content.height).flatMap { y in
      let start = (y * letterbox.input.width + letterbox.left) * 3
      return image.pixels[start..<start + letterbox.content.width * 3]
    }
  }
}

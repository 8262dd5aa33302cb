import Kapao
import Testing

@Suite("Letterbox")
struct LetterboxTests {
  @Test(
    "sizes and padding are those of the official code",
    arguments: [
      // source width, height, size, input width, height, left, top
      [1920, 1080, 1280, 1280, 768, 0, 24],
      [1920, 1080, 1024, 1024, 576, 0, 0],
      [640, 480, 640, 640, 512, 0, 16],
      [640, 427, 640, 640, 448, 0, 10],
      [427, 640, 640, 448, 640, 10, 0],
      [1280, 720, 1000, 1024, 576, 0, 0],
      [320, 180, 640, 640, 384, 0, 12],
    ])
  func geometry(numbers: [Int]) {
    let letterbox = Letterbox(source: ImageSize(width: numbers[0], height: numbers[1]), size: numbers[2])
    #expect(letterbox.input == ImageSize(width: numbers[3], height: numbers[4]))
    #expect(letterbox.left == numbers[5])
    #expect(letterbox.top == numbers[6])
  }

  @Test("a square is filled up on both sides, and content and scale stay the same")
  func square() {
    let source = ImageSize(width: 640, height: 427)
    let letterbox = Letterbox(source: source, size: 1280, isSquare: true)
    #expect(letterbox.input == ImageSize(width: 1280, height: 1280))
    #expect(letterbox.content == Letterbox(source: source, size: 1280).content)
    #expect(letterbox.left == 0 && letterbox.top == 213)
    #expect(letterbox.scale == 2)
  }

  @Test("a very narrow picture keeps at least one pixel")
  func narrow() {
    let letterbox = Letterbox(source: ImageSize(width: 5000, height: 1), size: 640)
    #expect(letterbox.content.height == 1)
    #expect(letterbox.input.height == 64)
  }

  @Test("a crop has the box in its middle, at the wanted size, and maps back to where it came from")
  func crop() throws {
    let source = ImageSize(width: 1280, height: 720)
    let box = Box(x1: 400, y1: 200, x2: 500, y2: 400)
    let input = ImageSize(width: 320, height: 320)
    let crop = try #require(Letterbox(source: source, around: box, margin: 1.6, input: input))
    #expect(crop.region == PixelRectangle(x: 290, y: 140, width: 320, height: 320))
    #expect(crop.content == input && crop.left == 0 && crop.top == 0)
    let centre = crop.sourcePoint(x: 160, y: 160)
    #expect(centre.x == 450 && centre.y == 300)
    // Half the size: 640 pixels of the source in 320.
    let small = try #require(Letterbox(source: source, around: box, margin: 3.2, input: input))
    let corner = small.sourcePoint(x: 10, y: 300)
    #expect(corner.x == 150 && corner.y == 580)
  }

  @Test(
    "what a crop needs beyond the picture is padding, and coordinates are those of the picture",
    arguments: [
      Box(x1: -20, y1: 10, x2: 60, y2: 170), Box(x1: 1200, y1: 600, x2: 1280, y2: 720),
      Box(x1: 0, y1: 0, x2: 1280, y2: 720), Box(x1: 631, y1: 333, x2: 640, y2: 360),
    ])
  func cropAtTheBorder(box: Box) throws {
    let source = ImageSize(width: 1280, height: 720)
    let input = ImageSize(width: 320, height: 192)
    let crop = try #require(Letterbox(source: source, around: box, margin: 1.6, input: input))
    let (region, content) = (crop.region, crop.content)
    #expect(region.x % 2 == 0 && region.y % 2 == 0 && region.x >= 0 && region.y >= 0)
    #expect(region.x + region.width <= source.width && region.y + region.height <= source.height)
    #expect(crop.left + content.width <= input.width && crop.top + content.height <= input.height)
    let (first, last) = (
      crop.sourcePoint(x: Float(crop.left), y: Float(crop.top)),
      crop.sourcePoint(x: Float(crop.left + content.width), y: Float(crop.top + content.height))
    )
    #expect(first.x == Float(region.x) && first.y == Float(region.y))
    #expect(abs(last.x - Float(region.x + region.width)) < 0.01 && abs(last.y - Float(region.y + region.height)) < 0.01)
    // The middle of the box is the middle of the input, to a pixel or two of both.
    let centre = crop.sourcePoint(x: 160, y: 96)
    let tolerance = 2 + 2 * Float(region.width) / Float(content.width)
    #expect(abs(centre.x - (box.x1 + box.x2) / 2) < tolerance && abs(centre.y - (box.y1 + box.y2) / 2) < tolerance)
  }

  @Test(
    "there is no crop of nothing",
    arguments: [
      Box(x1: 10, y1: 10, x2: 10, y2: 50), Box(x1: 700, y1: 10, x2: 800, y2: 50), Box(x1: 50, y1: 50, x2: 10, y2: 10),
      Box(x1: .nan, y1: 0, x2: 100, y2: 100), Box(x1: 0, y1: 0, x2: .infinity, y2: 100),
    ])
  func noCrop(box: Box) {
    let source = ImageSize(width: 640, height: 360)
    #expect(Letterbox(source: source, around: box, margin: 1.6, input: ImageSize(width: 64, height: 64)) == nil)
  }
}

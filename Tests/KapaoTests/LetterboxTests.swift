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

  @Test("a very narrow picture keeps at least one pixel")
  func narrow() {
    let letterbox = Letterbox(source: ImageSize(width: 5000, height: 1), size: 640)
    #expect(letterbox.content.height == 1)
    #expect(letterbox.input.height == 64)
  }
}

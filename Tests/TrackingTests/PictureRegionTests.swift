import Kapao
import Testing
import Tracking

struct PictureRegionTests {
  let size = ImageSize(width: 200, height: 100)

  func standing(at x: Float, _ y: Float) -> Box { Box(x1: x - 5, y1: y - 30, x2: x + 5, y2: y) }

  @Test func `Corners up to 1 are shares of the picture, others are pixels`() throws {
    let shares = try #require(PictureRegion("0,0 0.5,0 0.5,1 0,1"))
    #expect(shares.unit == .shares)
    #expect(shares.contains(standing(at: 90, 80), in: size) && !shares.contains(standing(at: 110, 80), in: size))
    let pixels = try #require(PictureRegion("0,0 50,0 50,100"))
    #expect(pixels.unit == .pixels)
    #expect(pixels.contains(standing(at: 45, 40), in: size) && !pixels.contains(standing(at: 20, 60), in: size))
  }

  @Test func `Where someone stands is the middle of the box's lower edge`() throws {
    let lower = try #require(PictureRegion("0,0.5 1,0.5 1,1 0,1"))
    #expect(lower.contains(Box(x1: 0, y1: 0, x2: 10, y2: 60), in: size))
    #expect(!lower.contains(Box(x1: 0, y1: 0, x2: 10, y2: 40), in: size))
  }

  @Test func `A polygon may be hollow`() throws {
    let horseshoe = try #require(PictureRegion("0,0 0.3,0 0.3,0.7 0.7,0.7 0.7,0 1,0 1,1 0,1"))
    #expect(!horseshoe.contains(standing(at: 100, 50), in: size))
    #expect(horseshoe.contains(standing(at: 20, 50), in: size) && horseshoe.contains(standing(at: 100, 90), in: size))
  }

  @Test(arguments: ["", "1,2", "0,0 1,1", "0,0 1,1 2", "0,0 1,1 a,b", "0,0 1,1 nan,0", "0,0 1,1 1,2,3"])
  func `What is no polygon is refused`(text: String) {
    #expect(PictureRegion(text) == nil)
  }

  @Test func `A box that is no number is nowhere`() throws {
    let all = try #require(PictureRegion("0,0 1,0 1,1 0,1"))
    #expect(!all.contains(Box(x1: .nan, y1: 0, x2: 10, y2: 10), in: size))
  }
}

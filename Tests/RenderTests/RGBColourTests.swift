import Render
import Testing

struct RGBColourTests {
  @Test(arguments: ["#ff8800", "255,136,0", "#FF8800"])
  func `A colour is read from hexadecimal or decimal components`(_ text: String) {
    #expect(RGBColour(text) == RGBColour(red: 255, green: 136, blue: 0))
  }

  @Test func `A colour is read by its name`() { #expect(RGBColour("White") == .white) }

  @Test(arguments: ["", "#", "#12345", "#+12345", "1,2", "1,2,3,4", "256,0,0", "1,,3", "no colour"])
  func `Anything else is no colour`(_ text: String) { #expect(RGBColour(text) == nil) }

  @Test func `A colour's description is read back`() {
    let colour = RGBColour(red: 1, green: 22, blue: 233)
    #expect(RGBColour(colour.description) == colour)
  }
}

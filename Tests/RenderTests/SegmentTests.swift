import Render
import Testing

struct SegmentTests {
  func clipped(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Segment? {
    Segment(x1: x1, y1: y1, x2: x2, y2: y2).clipped(left: 0, top: 0, right: 100, bottom: 50)
  }

  @Test func `A line inside stays as it is`() {
    #expect(clipped(1, 2, 99, 49) == Segment(x1: 1, y1: 2, x2: 99, y2: 49))
  }

  @Test func `A line through the rectangle ends at its sides`() {
    #expect(clipped(-100, 25, 200, 25) == Segment(x1: 0, y1: 25, x2: 100, y2: 25))
    #expect(clipped(50, 1000, 50, -1000) == Segment(x1: 50, y1: 50, x2: 50, y2: 0))
  }

  @Test func `A line past the rectangle, or with an end that is no number, has no part inside`() {
    #expect(clipped(-10, -10, -5, 60) == nil)
    #expect(clipped(90, -20, 130, 20) == nil)
    #expect(clipped(.nan, 1, 2, 3) == nil)
    #expect(clipped(1, 1, .infinity, 3) == nil)
  }

  @Test func `A line's extent between two heights is that of its part there`() {
    let line = Segment(x1: 0, y1: 0, x2: 100, y2: 50)
    #expect(line.extent(top: 10, bottom: 20) == 20...40)
    #expect(line.extent(top: 60, bottom: 70) == nil)
    #expect(Segment(x1: 80, y1: 5, x2: 20, y2: 5).extent(top: 0, bottom: 10) == 20...80)
  }
}

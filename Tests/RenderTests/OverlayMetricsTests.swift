import Kapao
import Render
import Testing

struct OverlayMetricsTests {
  func lineWidth(_ width: Int, _ height: Int) -> Double {
    OverlayMetrics(frame: ImageSize(width: width, height: height), style: OverlayStyle()).lineWidth
  }

  @Test func `Lines grow with the picture, upright or not`() {
    #expect(lineWidth(854, 480) == 2.5)
    #expect((4.5...5.5).contains(lineWidth(1920, 1080)))
    #expect((8...10).contains(lineWidth(3840, 2160)))
    #expect(lineWidth(1080, 1920) == lineWidth(1920, 1080))
    #expect(lineWidth(2, 2) == 1.5)
  }

  @Test func `Small people get thinner lines`() {
    let picture = ImageSize(width: 1920, height: 1080)
    func width(_ height: Float) -> Double {
      OverlayMetrics(
        frame: picture, person: Box(x1: 0, y1: 0, x2: height / 3, y2: height), style: OverlayStyle()
      ).lineWidth
    }
    #expect(width(100) == lineWidth(1920, 1080) / 2)
    #expect(width(900) == lineWidth(1920, 1080))
    #expect(width(.nan) == lineWidth(1920, 1080))
  }

  @Test func `Sizes that the user chose are kept`() {
    var style = OverlayStyle()
    style.lineWidth = 7
    style.keypointSize = 2
    style.outline = false
    let metrics = OverlayMetrics(
      frame: ImageSize(width: 640, height: 480), person: Box(x1: 0, y1: 0, x2: 5, y2: 9), style: style)
    #expect(metrics.lineWidth == 7)
    #expect(metrics.keypointRadius == 2)
    #expect(metrics.outline == 0)
  }
}

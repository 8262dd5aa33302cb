import Kapao
import Render
import Testing
import VideoIO

struct OverlayTextTests {
  @Test(arguments: [
    (0, "0:00:00.000"), (83.5, "0:01:23.500"), (3723.0406, "1:02:03.041"), (-0.04, "-0:00:00.040"),
    (59.9996, "0:01:00.000"), (360_000, "100:00:00.000"),
  ])
  func `Time is hours, minutes, seconds and milliseconds`(_ seconds: Double, _ shown: String) {
    #expect(OverlayText.clock(seconds) == shown)
  }

  @Test func `Only what the style asks for is shown`() {
    let text = OverlayText(frameRate: 30.06, time: 1, lines: ["court 1"])
    var style = OverlayStyle()
    #expect(text.lines(for: style) == ["court 1"])
    style.showsFrameRate = true
    style.showsTime = true
    #expect(text.lines(for: style) == ["30.1 FPS", "0:00:01.000", "court 1"])
    #expect(OverlayText(frameRate: .nan, time: .infinity).lines(for: style).isEmpty)
  }

  @Test func `Text is drawn in the upper left corner, white on dark`() throws {
    let frame = try VideoFrame.grey(width: 320, height: 240)
    let before = FramePlanes(frame)
    var style = OverlayStyle()
    style.showsTime = true
    try OverlayRenderer(style: style, skeleton: .coco17).draw([], text: OverlayText(time: 12.345), onto: frame)
    let after = FramePlanes(frame)
    let changed = after.differences(from: before).filter { $0.plane == 0 }
    #expect(changed.count > 500)
    #expect(changed.allSatisfy { $0.x < 160 && $0.y < 60 })
    #expect(changed.contains { after.planes[0][$0.y][$0.x] > 225 })
    #expect(changed.contains { after.planes[0][$0.y][$0.x] < 80 })
  }

  @Test func `Labels stay inside the picture`() throws {
    var style = OverlayStyle()
    style.skeleton = false
    style.keypoints = false
    style.labels = [.score]
    for pose in [
      Pose.standing(x: -30, y: -40, width: 60, height: 100), .standing(x: 290, y: 200, width: 60, height: 100),
    ] {
      let frame = try VideoFrame.grey(width: 320, height: 240)
      let before = FramePlanes(frame)
      try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: pose)], onto: frame)
      #expect(FramePlanes(frame).differences(from: before).count > 150)
    }
  }
}

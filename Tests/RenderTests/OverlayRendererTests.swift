import Kapao
import Render
import Testing
import VideoIO

struct OverlayRendererTests {
  /// All that can be drawn.
  var everything: OverlayStyle {
    var style = OverlayStyle()
    style.facePoints = true
    style.boxes = true
    style.labels = [.identity, .score]
    style.showsFrameRate = true
    style.showsTime = true
    return style
  }

  let text = OverlayText(frameRate: 30.1, time: 83.5, lines: ["live"])

  @Test func `Samples away from the drawing keep their value, chroma included`() throws {
    let frame = try VideoFrame.noise(width: 320, height: 240)
    let before = FramePlanes(frame)
    var style = OverlayStyle()
    style.skeleton = false
    style.lineWidth = 2
    style.keypointSize = 6
    try OverlayRenderer(style: style, skeleton: .coco17).draw(
      [TrackedPose(pose: .point(x: 100.5, y: 80.5))], onto: frame)
    let changed = FramePlanes(frame).differences(from: before)
    #expect(changed.count > 100)
    // The dot's radius, its outline, half a pixel of anti-aliasing; a chroma sample may reach one pixel further.
    for sample in changed {
      let scale = sample.plane == 0 ? 1 : 2
      #expect(abs(sample.x * scale - 100) <= 10 && abs(sample.y * scale - 80) <= 10, "plane \(sample.plane)")
    }
  }

  @Test(arguments: [(false, ColourMatrix.bt601), (true, .bt601), (false, .bt709), (true, .bt709)])
  func `A dot's middle has the colour that was asked for`(fullRange: Bool, matrix: ColourMatrix) throws {
    for colour in [RGBColour(red: 255, green: 136, blue: 0), .white, RGBColour(red: 0, green: 0, blue: 255)] {
      let frame = try VideoFrame.noise(width: 64, height: 48, fullRange: fullRange, matrix: matrix)
      var style = OverlayStyle()
      style.colourMode = .fixed(colour)
      style.keypointSize = 8
      style.opacity = 1
      try OverlayRenderer(style: style, skeleton: .coco17).draw(
        [TrackedPose(pose: .point(x: 31, y: 23))], onto: frame)
      let expected = frame.yuv(red: colour.red, green: colour.green, blue: colour.blue)
      #expect(FramePlanes(frame).yuv(31, 23) == [Int(expected.y), Int(expected.u), Int(expected.v)])
    }
  }

  @Test func `Keypoint objects have boxes and a colour of their own on request`() throws {
    var style = OverlayStyle()
    style.colourMode = .fixed(RGBColour(red: 255, green: 0, blue: 0))
    style.keypointColour = RGBColour(red: 0, green: 0, blue: 255)
    style.keypointBoxes = true
    style.lineWidth = 4
    style.outline = false
    style.opacity = 1
    var pose = Pose.point(x: -100, y: -100)
    pose.keypoints[9] = Keypoint(x: 90, y: 24)
    pose.keypoints[10] = Keypoint(
      x: 32, y: 24, confidence: 0.9, source: .keypointObject, box: Box(x1: 20, y1: 12, x2: 44, y2: 36))
    let frame = try VideoFrame.grey(width: 128, height: 48)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: pose)], onto: frame)
    func colour(_ red: UInt8, _ blue: UInt8) -> [Int] {
      let expected = frame.yuv(red: red, green: 0, blue: blue)
      return [Int(expected.y), Int(expected.u), Int(expected.v)]
    }
    let planes = FramePlanes(frame)
    #expect(planes.yuv(90, 24) == colour(255, 0), "the pose object's keypoint")
    #expect(planes.yuv(32, 24) == colour(0, 255), "the keypoint object's dot")
    #expect(planes.planes[0][12][32] < 100 && planes.planes[0][24][44] < 100, "the keypoint object's box")
    #expect(planes.yuv(38, 18)[0] == 120, "inside the box")
  }

  @Test func `Keypoints are rings on request`() throws {
    var style = OverlayStyle()
    style.colourMode = .fixed(.white)
    style.outline = false
    style.opacity = 1
    style.keypointSize = 12
    style.keypointThickness = 4
    let frame = try VideoFrame.grey(width: 64, height: 48)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: .point(x: 31, y: 23))], onto: frame)
    let planes = FramePlanes(frame)
    // On the ring, above the middle, left of it and aslant; inside, outside.
    for (x, y) in [(31, 11), (19, 23), (39, 31)] { #expect(planes.yuv(x, y)[0] > 200) }
    for (x, y) in [(31, 17), (37, 23), (31, 7)] { #expect(planes.yuv(x, y)[0] == 120) }
  }

  @Test func `Opacity is the share of the drawing`() throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: 64, height: 48), y: 40, u: 100, v: 160)
    var style = OverlayStyle()
    style.colourMode = .fixed(.white)
    style.keypointSize = 8
    style.opacity = 0.25
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: .point(x: 31, y: 23))], onto: frame)
    #expect(FramePlanes(frame).yuv(31, 23) == [40 + (235 - 40 + 2) / 4, 107, 152])
  }

  @Test func `An opacity of zero changes nothing`() throws {
    let frame = try VideoFrame.noise(width: 160, height: 120)
    let before = FramePlanes(frame)
    var style = everything
    style.opacity = 0
    try OverlayRenderer(style: style, skeleton: .coco17).draw(
      [TrackedPose(pose: .standing(x: 20, y: 10, width: 60, height: 100))], onto: frame)
    #expect(FramePlanes(frame) == before)
  }

  @Test func `Nobody and no text change nothing`() throws {
    let frame = try VideoFrame.noise(width: 160, height: 120)
    let before = FramePlanes(frame)
    try OverlayRenderer(style: everything, skeleton: .coco17).draw([], onto: frame)
    #expect(FramePlanes(frame) == before)
  }

  @Test func `Drawing twice on equal frames gives equal frames`() throws {
    let renderer = OverlayRenderer(style: everything, skeleton: .coco17)
    let people = [TrackedPose(pose: .standing(x: 20, y: 10, width: 60, height: 100), trackID: 4)]
    let first = try VideoFrame.noise(width: 161, height: 121)
    let second = try VideoFrame.noise(width: 161, height: 121)
    try renderer.draw(people, text: text, onto: first)
    try renderer.draw(people, text: text, onto: second)
    #expect(FramePlanes(first) == FramePlanes(second))
  }

  @Test func `Only keypoint objects, and limbs between two of them, are drawn on request`() throws {
    var style = OverlayStyle()
    style.colourMode = .fixed(.white)
    style.outline = false
    style.opacity = 1
    style.keypointObjectsOnly = true
    style.lineWidth = 3
    style.keypointSize = 3
    var pose = Pose.point(x: -100, y: -100)
    pose.keypoints[5] = Keypoint(x: 20, y: 20, confidence: 0.9, source: .keypointObject)
    pose.keypoints[7] = Keypoint(x: 60, y: 20, confidence: 0.9, source: .keypointObject)
    pose.keypoints[9] = Keypoint(x: 100, y: 20)
    let frame = try VideoFrame.grey(width: 128, height: 48)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: pose)], onto: frame)
    let planes = FramePlanes(frame)
    #expect(planes.yuv(20, 20)[0] == 235)
    #expect(planes.yuv(40, 20)[0] == 235)
    #expect(planes.yuv(80, 20)[0] == 120)
    #expect(planes.yuv(100, 20)[0] == 120)
  }

  @Test func `Sides have colours of their own`() throws {
    var style = OverlayStyle()
    style.colourMode = .side
    style.keypointSize = 6
    style.opacity = 1
    style.skeleton = false
    var pose = Pose.point(x: -100, y: -100)
    pose.keypoints[5] = Keypoint(x: 21, y: 21)
    pose.keypoints[6] = Keypoint(x: 61, y: 21)
    let frame = try VideoFrame.grey(width: 96, height: 48)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: pose)], onto: frame)
    let planes = FramePlanes(frame)
    #expect(planes.yuv(20, 20)[1] > 140, "left is blue")
    #expect(planes.yuv(60, 20)[2] > 140, "right is orange")
  }

  @Test(arguments: [(1, 1), (1, 7), (2, 2), (15, 9), (17, 33), (319, 241)])
  func `Pictures of any size are drawn on, to their last row and column`(width: Int, height: Int) throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: width, height: height), y: 16)
    var style = everything
    style.colourMode = .fixed(.white)
    style.keypointSize = 400
    style.opacity = 1
    style.labels = []
    try OverlayRenderer(style: style, skeleton: .coco17).draw(
      [TrackedPose(pose: .point(x: Float(width) / 2, y: Float(height) / 2))], onto: frame)
    let white = frame.yuv(red: 255, green: 255, blue: 255)
    let planes = FramePlanes(frame)
    #expect(planes.planes[0].allSatisfy { $0.allSatisfy { $0 == white.y } })
    try OverlayRenderer(style: style, skeleton: .coco17).draw([], text: text, onto: frame)
  }

  @Test func `Odd sizes change the last chroma sample as the others`() throws {
    let frame = try VideoFrame.blank(size: ImageSize(width: 33, height: 17))
    var style = OverlayStyle()
    style.colourMode = .fixed(RGBColour(red: 0, green: 0, blue: 255))
    style.keypointSize = 100
    style.opacity = 1
    try OverlayRenderer(style: style, skeleton: .coco17).draw([TrackedPose(pose: .point(x: 16, y: 8))], onto: frame)
    let planes = FramePlanes(frame)
    #expect(Set(planes.planes[1].joined()).count == 1)
    #expect(planes.planes[1][8][16] > 200)
  }

  @Test func `The size may change from frame to frame`() throws {
    let renderer = OverlayRenderer(style: everything, skeleton: .coco17)
    for (width, height) in [(64, 48), (320, 240), (33, 99)] {
      let frame = try VideoFrame.grey(width: width, height: height)
      let before = FramePlanes(frame)
      try renderer.draw(
        [TrackedPose(pose: .standing(x: 5, y: 5, width: 20, height: 40))], text: text, onto: frame)
      #expect(FramePlanes(frame) != before)
    }
  }
}

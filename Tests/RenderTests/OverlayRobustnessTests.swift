import Kapao
import Render
import Testing
import VideoIO

struct OverlayRobustnessTests {
  var style: OverlayStyle {
    var style = OverlayStyle()
    style.facePoints = true
    style.boxes = true
    style.labels = [.identity, .score]
    return style
  }

  func changes(_ pose: Pose, style: OverlayStyle? = nil) throws -> Int {
    let frame = try VideoFrame.noise(width: 97, height: 61)
    let before = FramePlanes(frame)
    try OverlayRenderer(style: style ?? self.style, skeleton: .coco17).draw(
      [TrackedPose(pose: pose, trackID: .max)], onto: frame)
    return FramePlanes(frame).differences(from: before).count
  }

  @Test(arguments: [(-500, 10), (10, -500), (500, 10), (10, 500), (-1_000_000, -1_000_000), (1 << 40, 1 << 40)])
  func `People outside the picture leave no trace`(x: Int, y: Int) throws {
    #expect(try changes(.standing(x: Float(x), y: Float(y), width: 40, height: 50)) == 0)
  }

  @Test(arguments: [(-20, 10), (10, -25), (80, 10), (10, 50), (-300, -300)])
  func `People at the border are drawn in part`(x: Int, y: Int) throws {
    let side: Float = x == -300 ? 700 : 50
    #expect(try changes(.standing(x: Float(x), y: Float(y), width: side, height: side)) > 0)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 3e9])
  func `Positions that cannot be are left out, the others are drawn`(_ value: Float) throws {
    var pose = Pose.standing(x: 10, y: 5, width: 60, height: 50)
    pose.keypoints[5].x = value
    pose.keypoints[10].y = value
    pose.box.x1 = value
    #expect(try changes(pose) > 0)
    pose = .point(x: value, y: value)
    _ = try changes(pose)
    pose = .point(x: value, y: 10)
    pose.score = value
    _ = try changes(pose)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -3, 0, 1e300])
  func `Sizes that make no sense do no harm`(_ value: Double) throws {
    var style = style
    style.lineWidth = value
    style.keypointSize = value
    _ = try changes(.standing(x: 10, y: 5, width: 60, height: 50), style: style)
    style.opacity = value
    _ = try changes(.standing(x: 10, y: 5, width: 60, height: 50), style: style)
  }

  @Test func `A pose with too few or too many keypoints is drawn as far as it goes`() throws {
    var pose = Pose.standing(x: 10, y: 5, width: 60, height: 50)
    pose.keypoints.removeLast(10)
    #expect(try changes(pose) > 0)
    pose.keypoints = []
    #expect(try changes(pose) > 0)
    pose = .standing(x: 10, y: 5, width: 60, height: 50)
    pose.keypoints += pose.keypoints
    #expect(try changes(pose) > 0)
  }
}

import Kapao
import Render
import Testing
import VideoIO

struct PlayerDrawingTests {
  /// How many luma samples drawing someone changes, in a grey picture.
  func changed(_ role: TrackedPose.Role?, _ change: (inout OverlayStyle) -> Void = { _ in }) throws -> Int {
    var style = OverlayStyle()
    change(&style)
    let frame = try VideoFrame.grey(width: 320, height: 240)
    let before = FramePlanes(frame)
    let person = TrackedPose(pose: .standing(x: 100, y: 20, width: 80, height: 200), trackID: 1, role: role)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([person], onto: frame)
    return FramePlanes(frame).differences(from: before).count { $0.plane == 0 }
  }

  @Test func `A player's box is filled`() throws {
    #expect(try changed(.player(1)) > 80 * 200 * 9 / 10)
    #expect(try changed(.player(1)) { $0.fillsPlayers = false } == changed(nil))
  }

  @Test func `The crowd is drawn thinner`() throws {
    #expect(try changed(.crowd) < changed(nil))
  }
}

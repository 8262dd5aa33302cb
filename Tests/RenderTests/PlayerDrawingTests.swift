import Kapao
import Render
import Testing
import VideoIO

struct PlayerDrawingTests {
  /// How many luma samples drawing someone changes, in a grey picture.
  func changed(_ role: OverlayPerson.Role, _ change: (inout OverlayStyle) -> Void = { _ in }) throws -> Int {
    var style = OverlayStyle()
    change(&style)
    let frame = try VideoFrame.grey(width: 320, height: 240)
    let before = FramePlanes(frame)
    let person = OverlayPerson(pose: .standing(x: 100, y: 20, width: 80, height: 200), identity: 1, role: role)
    try OverlayRenderer(style: style, skeleton: .coco17).draw([person], onto: frame)
    return FramePlanes(frame).differences(from: before).count { $0.plane == 0 }
  }

  @Test func `A player's box is filled`() throws {
    #expect(try changed(.player) > 80 * 200 * 9 / 10)
    #expect(try changed(.player) { $0.fillsPlayers = false } == changed(.anyone))
  }

  @Test func `The crowd is drawn thinner`() throws {
    #expect(try changed(.crowd) < changed(.anyone))
  }
}

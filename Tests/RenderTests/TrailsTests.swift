import Kapao
import Render
import Testing

struct TrailsTests {
  func person(_ x: Float, identity: Int? = 1) -> TrackedPose {
    TrackedPose(pose: .standing(x: x, y: 10, width: 50, height: 100), trackID: identity)
  }

  /// The pieces after frames at these times, each with someone farther to the right.
  func pieces(_ times: [Double?], seconds: Double = 1, identity: Int? = 1) -> [TrailPiece] {
    var trails = Trails()
    var pieces: [TrailPiece] = []
    for (index, time) in times.enumerated() {
      pieces = trails.update(
        [person(Float(index * 10), identity: identity)], at: time, skeleton: .coco17, seconds: seconds)
    }
    return pieces
  }

  @Test func `A way goes through the middle of the hips and fades with age`() {
    let pieces = pieces([0, 0.25, 0.5])
    #expect(pieces.map(\.segment.x1) == [25, 35] && pieces.map(\.segment.x2) == [35, 45])
    #expect(pieces.map(\.segment.y1) == [62, 62])
    #expect(pieces.map(\.age) == [0.25, 0])
  }

  @Test func `What is older than the trail is forgotten`() {
    #expect(pieces([0, 0.4, 0.8, 1.2, 1.6]).map(\.segment.x1) == [45, 55])
  }

  @Test func `A way is not drawn across a long absence, nor across a time that goes back`() {
    #expect(pieces([0, 0.1, 0.9]).map(\.segment.x1) == [25])
    #expect(pieces([5, 5.1, 1]).isEmpty)
  }

  @Test func `People without an identity leave no trail, nor does anyone without a time`() {
    #expect(pieces([0, 0.1], identity: nil).isEmpty)
    #expect(pieces([nil, nil]).isEmpty)
    #expect(pieces([0, 0.1], seconds: 0).isEmpty)
  }
}

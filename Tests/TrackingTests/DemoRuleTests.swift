import Kapao
import Testing
import Tracking

/// The five ways in which the rule of the official squash demo (the nearer of two stored poses takes the first pose of
/// the frame, the other one the second) crashes or swaps.
struct DemoRuleTests {
  let size = ImageSize(width: 1920, height: 1080)

  func player(_ x: Double, y: Double = 900, height: Double = 500, score: Float = 0.8) -> Pose {
    Walker(name: 1, height: height, feet: { _ in (x, y) }, score: score).pose(at: 0)!
  }

  func tracker() -> PlayerTracker {
    var settings = PlayerTracker.Settings()
    settings.crowd.leastSize = CrowdRule.demoSize
    return PlayerTracker(settings: settings)
  }

  /// Runs frames at 25 frames a second; returns the last frame's shown players as number: left edge of the box.
  func run(_ frames: [[Pose]]) -> [Int: Float] {
    var tracker = tracker()
    var last: [TrackedPose] = []
    for (index, poses) in frames.enumerated() {
      last = tracker.update(poses.sorted { $0.score > $1.score }, at: Double(index) / 25, size: size)
    }
    return Dictionary(
      uniqueKeysWithValues: last.filter { $0.isShown && $0.trackID != nil }.map { ($0.trackID!, $0.pose.box.x1) })
  }

  @Test func `A frame with nobody in it is no trouble`() {
    let (one, two) = (player(500), player(1300))
    #expect(run([[one, two], [one, two], []]).isEmpty)
    #expect(run([[one, two], [one, two], [], [two, one]]) == [1: one.box.x1, 2: two.box.x1])
  }

  @Test func `A beginning with nobody, one person or only small ones is no trouble`() {
    let (one, two, small) = (player(500), player(1300), player(900, height: 200))
    #expect(run([[], [], [one, two]]) == [1: one.box.x1, 2: two.box.x1])
    #expect(run([[two], [two], [one, two]]) == [1: one.box.x1, 2: two.box.x1])
    #expect(run([[small], [small]]).isEmpty)
    // Alone for longer than the start time, the first to be seen is player 1.
    #expect(run([[Pose]](repeating: [two], count: 20)) == [1: two.box.x1])
  }

  @Test func `Two players 100 pixels apart who both move 60 are not swapped`() {
    let before = [player(600, score: 0.8), player(700, score: 0.7)]
    let after = [player(660, score: 0.7), player(760, score: 0.8)]
    #expect(run([before, before, after]) == [1: after[0].box.x1, 2: after[1].box.x1])
  }

  @Test func `A referee with a better score takes nobody's place`() {
    let (one, two, referee) = (player(500), player(1300, score: 0.6), player(950, height: 560, score: 0.9))
    let frames = [[one, two], [one, two]] + [[Pose]](repeating: [one, two, referee], count: 10)
    #expect(run(frames) == [1: one.box.x1, 2: two.box.x1])
    #expect(run(frames + [[Pose]](repeating: [one, referee], count: 25)) == [1: one.box.x1])
  }

  @Test func `Walking to where the other was last seen swaps nobody`() {
    let (one, two) = (player(500), player(1300))
    let walk = (0...40).map { [player(500 + 20 * Double($0))] }
    let end = walk.last![0]
    #expect(run([[one, two], [one, two]] + walk) == [1: end.box.x1])
    let back = player(600)
    #expect(run([[one, two], [one, two]] + walk + [[Pose]](repeating: [end, back], count: 30))[1] == end.box.x1)
  }
}

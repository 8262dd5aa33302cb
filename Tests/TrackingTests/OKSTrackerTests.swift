import Kapao
import Testing
import Tracking

struct OKSTrackerTests {
  static let seeds: ClosedRange<UInt64> = 1...20
  let size = ImageSize(width: 1280, height: 720)

  func log(_ scene: SyntheticScene) -> IdentityLog { IdentityLog(scene, tracker: OKSTracker(skeleton: .coco17)) }

  func walker(_ name: Int = 1, x: Double = 300, speed: Double = 100) -> Walker {
    Walker(name: name, height: 300, feet: { (x + speed * $0, 650) })
  }

  @Test(arguments: seeds)
  func `Two who cross keep their identities`(seed: UInt64) {
    let log = log(Scenes.crossing(seed: seed, missRate: 0.1))
    #expect(log.identities[1]?.count == 1 && log.identities[2]?.count == 1)
    #expect(log.swaps.isEmpty)
  }

  @Test(arguments: seeds)
  func `Someone hidden for a second behind another keeps the identity`(seed: UInt64) {
    let log = log(Scenes.hidingBehind(seed: seed))
    #expect(log.identities[1]?.count == 1 && log.identities[2]?.count == 1)
    #expect(log.swaps.isEmpty)
  }

  @Test(arguments: seeds)
  func `Two who circle around each other keep their identities`(seed: UInt64) {
    let log = log(Scenes.circling(seed: seed, missRate: 0.1))
    #expect(log.identities[1]?.count == 1 && log.identities[2]?.count == 1)
    #expect(log.swaps.isEmpty)
  }

  @Test(arguments: seeds)
  func `In a crowd it confuses far fewer than overlap of boxes does`(seed: UInt64) {
    let scene = Scenes.crowd(seed: seed, people: 12)
    #expect(log(scene).swaps.count < IdentityLog(scene, tracker: IoUTracker()).swaps.count)
  }

  @Test func `Everyone in the first frame has an identity at once, newcomers have one after the birth time`() {
    var tracker = OKSTracker(skeleton: .coco17)
    let (first, second) = (walker(), walker(2, x: 900))
    for frame in 0..<10 {
      let time = Double(frame) / 30
      let poses = [first.pose(at: time)!] + (frame > 0 ? [second.pose(at: time)!] : [])
      let tracked = tracker.update(poses, at: time, size: size)
      // Seen from frame 1 on: 0.1 s later is frame 4.
      #expect(tracked.map(\.trackID) == (frame == 0 ? [1] : frame < 4 ? [1, nil] : [1, 2]))
      #expect(tracked.allSatisfy { $0.state == .detected && $0.role == nil })
    }
  }

  @Test func `A pose that flashes up gets no identity`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for frame in 0..<30 {
      let time = Double(frame) / 30
      var poses = [walker().pose(at: time)!]
      if frame % 10 == 5 { poses.append(walker(2, x: 800, speed: Double(frame)).pose(at: time)!) }
      let tracked = tracker.update(poses, at: time, size: size)
      #expect(tracked.compactMap(\.trackID) == [1])
      #expect(tracked.count == poses.count)
    }
  }

  @Test func `Weak poses carry a track on but begin none`() {
    var tracker = OKSTracker(skeleton: .coco17)
    var strong = walker()
    strong.score = 0.7
    var weak = walker()
    weak.score = 0.2
    for frame in 0..<10 {
      _ = tracker.update([strong.pose(at: Double(frame) / 30)!], at: Double(frame) / 30, size: size)
    }
    for frame in 10..<40 {
      let time = Double(frame) / 30
      let tracked = tracker.update([weak.pose(at: time)!], at: time, size: size)
      #expect(tracked.map(\.trackID) == [1])
      #expect(tracked[0].state == .detected)
    }
    var other = OKSTracker(skeleton: .coco17)
    for frame in 0..<40 {
      #expect(other.update([weak.pose(at: Double(frame) / 30)!], at: Double(frame) / 30, size: size).isEmpty)
    }
  }

  @Test func `Someone not seen is predicted, then lost, then forgotten`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for frame in 0...30 {
      _ = tracker.update([walker().pose(at: Double(frame) / 30)!], at: Double(frame) / 30, size: size)
    }
    var tracked = tracker.update([], at: 1.3, size: size)
    #expect(tracked.map(\.state) == [.predicted])
    #expect(tracked[0].lastSeen == 1 && tracked[0].trackID == 1)
    #expect(abs(tracked[0].pose.box.x1 - walker().pose(at: 1.3)!.box.x1) < 40)
    tracked = tracker.update([], at: 2.9, size: size)
    #expect(tracked.map(\.state) == [.lost])
    #expect(tracker.update([], at: 3.1, size: size).isEmpty)
  }

  @Test func `Identities are never given again`() {
    var tracker = OKSTracker(skeleton: .coco17)
    #expect(tracker.update([walker().pose(at: 0)!], at: 0, size: size).map(\.trackID) == [1])
    for frame in 100..<110 {
      let time = Double(frame) / 30
      let ids = tracker.update([walker().pose(at: time)!], at: time, size: size).map(\.trackID)
      #expect(ids == (frame < 103 ? [nil] : [2]))
    }
  }

  @Test func `Time that begins anew forgets everyone, time that stumbles does not`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for time in [10, 10.1, 10.2, 10.15, 10.2, 10.3] {
      #expect(tracker.update([walker().pose(at: time)!], at: time, size: size).map(\.trackID) == [1])
    }
    for time in [0, 0.1, 0.2] {
      #expect(tracker.update([walker().pose(at: time)!], at: time, size: size).map(\.trackID) == [2])
    }
  }

  @Test(arguments: [5.0, 12.5, 60])
  func `The frame rate may be low or high`(frameRate: Double) {
    var scene = Scenes.crossing(seed: 3)
    scene.frameRate = frameRate
    let log = log(scene)
    #expect(log.identities[1]?.count == 1 && log.identities[2]?.count == 1)
  }

  @Test func `The same frames give the same identities`() {
    let scene = Scenes.crowd(seed: 5, people: 8)
    #expect(log(scene).identities == log(scene).identities)
  }
}

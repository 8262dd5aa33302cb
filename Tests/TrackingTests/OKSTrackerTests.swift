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

  @Test func `In a crowd it confuses fewer than overlap of boxes does`() {
    let scenes = Self.seeds.map { Scenes.crowd(seed: $0, people: 12) }
    let swaps = scenes.reduce(0) { $0 + log($1).swaps.count }
    let simple = scenes.reduce(0) { $0 + IdentityLog($1, tracker: IoUTracker()).swaps.count }
    #expect(Double(swaps) < 0.6 * Double(simple))
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

  /// Two who walk past each other at 10 frames a second, found as one person in the middle while they overlap, as far away
  /// in a surveillance camera's picture.
  @Test(arguments: [(45.0, -50.0, 70.0), (60, -40, 75), (35, -35, 66), (50, -20, 72)])
  func `Two who pass each other and are found as one keep their identities`(
    right: Double, left: Double, height: Double
  ) {
    var tracker = OKSTracker(skeleton: .coco17)
    let walkers = [
      Walker(name: 1, height: 72, feet: { (200 + right * ($0 - 3), 230) }),
      Walker(name: 2, height: height, feet: { (200 + left * ($0 - 3), 226) }),
    ]
    var identities: [Int: Set<Int>] = [:]
    for frame in 0..<60 {
      let time = Double(frame) / 10
      let poses = walkers.map { $0.pose(at: time)! }
      let apart = abs(poses[0].box.x1 - poses[1].box.x1)
      let found = apart < 14 ? [Self.middle(poses[0], poses[1])] : poses
      let tracked = tracker.update(found, at: time, size: size)
      guard found.count == 2, frame > 2 else { continue }
      for (name, pose) in poses.enumerated() {
        if let id = tracked.first(where: { $0.pose == pose })?.trackID { identities[name, default: []].insert(id) }
      }
    }
    #expect(identities[0]?.count == 1 && identities[1]?.count == 1)
    #expect(identities[0] != identities[1])
  }

  /// The pose halfway between two.
  private static func middle(_ one: Pose, _ two: Pose) -> Pose {
    func half(_ a: Float, _ b: Float) -> Float { (a + b) / 2 }
    return Pose(
      box: Box(
        x1: min(one.box.x1, two.box.x1), y1: min(one.box.y1, two.box.y1), x2: max(one.box.x2, two.box.x2),
        y2: max(one.box.y2, two.box.y2)), score: 0.6,
      keypoints: zip(one.keypoints, two.keypoints).map { Keypoint(x: half($0.x, $1.x), y: half($0.y, $1.y)) })
  }

  @Test(arguments: [30.0, 45, 60])
  func `Someone whose pose is weak for a moment does not lose the identity to a newcomer beside`(distance: Double) {
    var tracker = OKSTracker(skeleton: .coco17)
    let (known, newcomer) = (walker(x: 300, speed: 0), walker(2, x: 300 + 3 * distance, speed: 0))
    for frame in 0..<20 {
      let time = Double(frame) / 10
      var own = known.pose(at: time)!
      own.score = frame == 12 ? 0.2 : 0.8
      let poses = frame < 12 ? [own] : [newcomer.pose(at: time)!, own].sorted { $0.score > $1.score }
      let tracked = tracker.update(poses, at: time, size: size)
      #expect(tracked.first { $0.pose == own }?.trackID == 1)
    }
  }

  @Test func `People are given out as they were found, not as the filter has them`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for frame in Scenes.crowd(seed: 4, people: 6).frames() {
      let poses = frame.found.map(\.pose)
      let tracked = tracker.update(poses, at: frame.time, size: size).filter { $0.state == .detected }
      #expect(Set(tracked.map(\.pose)) == Set(poses))
    }
  }

  @Test func `People without keypoints or scores are followed by their boxes`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for frame in 0..<30 {
      let time = Double(frame) / 30
      let boxes = [walker().pose(at: time)!.box, walker(2, x: 900, speed: -100).pose(at: time)!.box]
      let missing = [Keypoint](repeating: Keypoint(x: .nan, y: .nan), count: 17)
      let tracked = tracker.update(
        boxes.map { Pose(box: $0, score: .nan, keypoints: missing) }, at: time, size: size)
      #expect(tracked.map(\.trackID) == [1, 2])
      #expect(tracked.map(\.pose.box) == boxes)
    }
  }
}

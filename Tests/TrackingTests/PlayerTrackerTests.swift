import Foundation
import Kapao
import Testing
import Tracking

struct PlayerTrackerTests {
  static let seeds: ClosedRange<UInt64> = 1...20

  func log(_ scene: SyntheticScene, _ change: (inout PlayerTracker.Settings) -> Void = { _ in }) -> IdentityLog {
    var settings = PlayerTracker.Settings()
    change(&settings)
    return IdentityLog(scene, tracker: PlayerTracker(settings: settings))
  }

  @Test(arguments: seeds)
  func `Two who cross keep their numbers`(seed: UInt64) {
    let log = log(Scenes.crossing(seed: seed))
    #expect(log.identities == [1: [1], 2: [2]])
    #expect(log.swaps.isEmpty)
    #expect(log.coverage(of: 1) == 1 && log.coverage(of: 2) > 0.95)
  }

  @Test(arguments: seeds)
  func `Two who cross keep their numbers where one pose in four is missed`(seed: UInt64) {
    let log = log(Scenes.crossing(seed: seed, missRate: 0.25))
    #expect(log.identities == [1: [1], 2: [2]])
    #expect(log.swaps.isEmpty)
  }

  @Test(arguments: seeds)
  func `Someone hidden for a second behind another keeps the number`(seed: UInt64) {
    let log = log(Scenes.hidingBehind(seed: seed))
    #expect(log.identities == [1: [2], 2: [1]])
    #expect(log.swaps.isEmpty)
    #expect(log.coverage(of: 2) > 0.95)
  }

  @Test(arguments: seeds, [0.7, 1.5, 3, 6])
  func `Someone who leaves and comes back has the same number`(seed: UInt64, away: Double) {
    let log = log(Scenes.leaving(seed: seed, away: away))
    #expect(log.identities == [1: [2], 2: [1]])
    #expect(log.swaps.isEmpty)
    #expect(log.coverage(of: 2) > 0.85)
  }

  @Test(arguments: seeds)
  func `A referee who walks through is crowd`(seed: UInt64) {
    let log = log(Scenes.referee(seed: seed))
    #expect(log.swaps.isEmpty)
    #expect(log.identities == [1: [1], 2: [2]])
  }

  @Test(arguments: seeds)
  func `A region keeps a referee out who is the largest in the first frame`(seed: UInt64) {
    var scene = Scenes.referee(seed: seed)
    scene.walkers[2] = Walker(name: 3, height: 340, feet: { _ in (1150, 600) }, score: 0.84)
    let log = log(scene) { $0.crowd.region = PictureRegion("0,0 0.75,0 0.75,1 0,1") }
    #expect(log.swaps.isEmpty)
    #expect(log.identities == [1: [1], 2: [2]])
  }

  @Test(arguments: seeds)
  func `A referee who is there from the beginning stays one while a player is hidden`(seed: UInt64) {
    var scene = Scenes.referee(seed: seed)
    scene.walkers[2] = Walker(
      name: 3, height: 240, feet: { time in (1000 - 130 * time, 560) }, score: 0.84)
    let log = log(scene)
    #expect(log.swaps.isEmpty)
    #expect(log.identities == [1: [1], 2: [2]])
  }

  @Test(arguments: seeds)
  func `Two who both run farther than they are apart are not swapped`(seed: UInt64) {
    let log = log(Scenes.sprint(seed: seed))
    #expect(log.identities == [1: [1], 2: [2]])
    #expect(log.swaps.isEmpty)
    #expect(log.coverage(of: 1) == 1 && log.coverage(of: 2) == 1)
  }

  @Test(arguments: seeds, [0, 0.2])
  func `Two who circle around each other keep their numbers`(seed: UInt64, missRate: Double) {
    let log = log(Scenes.circling(seed: seed, missRate: missRate))
    #expect(log.identities == [1: [2], 2: [1]])
    #expect(log.swaps.isEmpty)
  }

  @Test(arguments: seeds)
  func `Frames that come irregularly change nothing`(seed: UInt64) {
    var scene = Scenes.crossing(seed: seed, missRate: 0.1)
    scene.hasVariableRate = true
    let log = log(scene)
    #expect(log.identities == [1: [1], 2: [2]])
    #expect(log.swaps.isEmpty)
  }

  @Test func `Initial order is by side, by height in the picture or by size`() {
    func walker(_ name: Int, _ x: Double, _ y: Double, _ height: Double) -> Walker {
      Walker(name: name, height: height, feet: { _ in (x, y) })
    }
    let scene = SyntheticScene(
      walkers: [walker(1, 900, 700, 220), walker(2, 300, 500, 280), walker(3, 600, 600, 340)], seconds: 0.5)
    let orders: [(PlayerOrder, [Int: [Int]])] = [
      (.leftToRight, [2: [1], 3: [2], 1: [3]]), (.topToBottom, [2: [1], 3: [2], 1: [3]]),
      (.largest, [3: [1], 2: [2], 1: [3]]),
    ]
    for (order, identities) in orders {
      let log = log(scene) {
        $0.players = 3
        $0.order = order
      }
      #expect(log.identities == identities)
    }
  }

  @Test func `A player out of sight is reported as not seen`() {
    let scene = Scenes.hidingBehind(seed: 1)
    var tracker = PlayerTracker()
    var states: Set<TrackedPose.State> = []
    for frame in scene.frames() {
      let tracked = tracker.update(frame.found.map(\.pose), at: frame.time, size: scene.size)
      #expect(tracked.map(\.trackID) == [1, 2])
      #expect(tracked.map(\.role) == [.player(1), .player(2)])
      states.insert(tracked[0].state)
      if tracked[0].state != .detected { #expect(tracked[0].lastSeen < frame.time) }
    }
    #expect(states == [.detected, .predicted, .lost])
  }

  @Test func `Only as many as there are players have numbers, the rest is crowd`() {
    let scene = Scenes.crowd(seed: 2, people: 9, missRate: 0)
    var tracker = PlayerTracker()
    for frame in scene.frames() {
      let tracked = tracker.update(frame.found.map(\.pose), at: frame.time, size: scene.size)
      #expect(tracked.filter { $0.role != .crowd }.map(\.trackID) == [1, 2])
      #expect(tracked.filter { $0.role == .crowd }.allSatisfy { $0.trackID == nil && $0.state == .detected })
    }
  }

  /// Poses of people 300 pixels tall who stand at these places.
  private func standing(_ places: (x: Double, y: Double)..., height: Double = 300, score: Float = 0.8) -> [Pose] {
    places.map { place in
      Walker(name: 1, height: height, feet: { _ in place }, score: score).pose(at: 0)!
    }
  }

  private let picture = ImageSize(width: 1000, height: 1000)

  @Test func `Small people are crowd, and a player who crouches is one again afterwards`() {
    var settings = PlayerTracker.Settings()
    settings.players = 1
    settings.crowd.leastSize = 0.2
    var tracker = PlayerTracker(settings: settings)
    var roles: [TrackedPose.Role?] = []
    for (frame, height) in [220.0, 220, 400, 400, 350, 300, 230, 210, 210, 300].enumerated() {
      let tracked = tracker.update(standing((500, 800), height: height), at: Double(frame) / 25, size: picture)
      roles.append(tracked.first { $0.isShown }?.role)
    }
    let player = TrackedPose.Role.player(1)
    #expect(roles == [.crowd, .crowd, player, player, player, player, .crowd, .crowd, .crowd, player])
  }

  @Test func `Nobody outside the region has a number, and a player who comes back into it has the old one`() {
    var settings = PlayerTracker.Settings()
    settings.crowd.region = PictureRegion("0,0 0.6,0 0.6,1 0,1")
    var tracker = PlayerTracker(settings: settings)
    for frame in 0..<150 {
      let time = Double(frame) / 30
      // The second walks out of the region and back into it.
      let x = 500 + 200 * sin(time * 1.3)
      let poses = standing((200, 800), (x, 820))
      let tracked = tracker.update(poses, at: time, size: picture).filter(\.isShown)
      #expect(tracked.count == 2)
      #expect(tracked.first { $0.pose == poses[0] }?.trackID == 1)
      let number = x <= 600 ? 2 : nil
      #expect(tracked.first { $0.pose == poses[1] }?.trackID == number)
    }
  }

  @Test func `A second box over a player's legs takes no number`() {
    var tracker = PlayerTracker()
    for frame in 0..<90 {
      let time = Double(frame) / 30
      let poses = standing((200 + 60 * time, 800), (700, 800))
      var legs = poses[1]
      legs.box.y1 = legs.box.y2 - 110
      legs.box.x1 += 30
      legs.box.x2 -= 30
      for index in legs.keypoints.indices { legs.keypoints[index].x += 25 }
      legs.score = 0.55
      // A judge who stands behind the second player comes into sight again when the second box has been there for long.
      let judge = standing((740, 700), height: 200, score: 0.7)
      var found = poses
      if frame > 10, frame < 60 { found.append(legs) }
      if frame < 10 || frame >= 55 { found += judge }
      let tracked = tracker.update(found.sorted { $0.score > $1.score }, at: time, size: picture).filter(\.isShown)
      #expect(tracked.first { $0.trackID == 1 }?.pose == poses[0])
      #expect(tracked.first { $0.trackID == 2 }?.pose == poses[1])
      #expect(tracked.count { $0.trackID != nil } == 2)
    }
  }

  @Test func `Who was crowd for seconds does not become a player who may come back`() {
    var tracker = PlayerTracker()
    var numbered: Set<Int> = []
    for frame in 0..<240 {
      let time = Double(frame) / 30
      // The second player is away from 1 to 7 s; a ball boy comes at 1.2 s and stays.
      let isAway = time > 1 && time < 7
      let players = isAway ? standing((150, 800)) : standing((150, 800), (300, 800))
      let other = time > 1.2 ? standing((960, 800), height: 200, score: 0.9) : []
      let tracked = tracker.update(other + players, at: time, size: picture).filter(\.isShown)
      for person in tracked where other.contains(person.pose) { #expect(person.trackID == nil) }
      if time > 7.3 { numbered.formUnion(tracked.filter { players.contains($0.pose) }.compactMap(\.trackID)) }
    }
    #expect(numbered == [1, 2])
  }

  @Test func `A spectator of quite another size does not become a player who is away for long`() {
    var tracker = PlayerTracker()
    for frame in 0..<200 {
      let time = Double(frame) / 30
      let second = time < 1 ? standing((600, 800)) : []
      let spectator = frame % 40 < 20 && time > 1.1 ? standing((900, 500), height: 110) : []
      let tracked = tracker.update(standing((200, 800)) + second + spectator, at: time, size: picture)
      if time >= 1 { #expect(tracked.filter(\.isShown).compactMap(\.trackID) == [1]) }
    }
  }

  @Test func `A weak pose of quite another size is not taken for a player who was lost a moment ago`() {
    var tracker = PlayerTracker()
    for frame in 0..<40 {
      let time = Double(frame) / 30
      let second = frame < 20 ? standing((600, 800)) : []
      let spectator = frame >= 28 ? standing((620, 640), height: 75, score: 0.2) : []
      let tracked = tracker.update(standing((200, 800)) + second + spectator, at: time, size: picture)
      if frame >= 20 { #expect(tracked.filter(\.isShown).map(\.trackID) == [1]) }
    }
  }

  @Test func `A new beginning of the stream's time keeps the players`() {
    var tracker = PlayerTracker()
    let poses = [300.0, 900].map { x in Walker(name: 1, height: 300, feet: { _ in (x, 650) }).pose(at: 0)! }
    for time in [100, 100.1, 0, 0.1] {
      let tracked = tracker.update(poses, at: time, size: ImageSize(width: 1280, height: 720))
      #expect(tracked.map(\.pose) == poses && tracked.map(\.trackID) == [1, 2])
    }
  }
}

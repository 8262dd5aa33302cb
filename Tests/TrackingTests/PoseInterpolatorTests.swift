import Kapao
import Testing
import Tracking

struct PoseInterpolatorTests {
  let size = ImageSize(width: 1280, height: 720)

  /// Someone who stands stiffly at a place.
  func pose(x: Float, score: Float = 0.8) -> Pose {
    var pose = Walker(name: 0, height: 200, feet: { _ in (0, 500) }).pose(at: 0)!.still
    pose.box = Walker.box(around: pose.keypoints, margin: 10)
    return pose.shifted(x, score: score)
  }

  func frame(_ time: Double, _ people: TrackedPose...) -> TrackedFrame { TrackedFrame(time: time, people: people) }

  func person(
    _ x: Float, id: Int? = 1, followed: Int? = 1, state: TrackedPose.State = .detected, speed: Double = 0,
    role: TrackedPose.Role? = nil
  ) -> TrackedPose {
    var person = TrackedPose(pose: pose(x: x), trackID: id, state: state, role: role, lastSeen: 0)
    person.followed = followed
    person.velocity.x = speed
    return person
  }

  /// What comes out for frames at `times` between two.
  func between(_ one: TrackedFrame, _ two: TrackedFrame, at times: [Double]) -> [TrackedFrame] {
    var interpolator = PoseInterpolator(size: size)
    #expect(interpolator.update(one) == [one])
    for time in times { interpolator.skip(at: time) }
    let out = interpolator.update(two)
    #expect(out.map(\.time) == times + [two.time])
    #expect(out.last == two)
    return Array(out.dropLast())
  }

  func shown(_ frames: [TrackedFrame]) -> [Int] { frames.map { $0.people.count(where: \.isShown) } }

  @Test(arguments: [2, 3, 5])
  func `People who walk across each other's way keep identity and place in frames that nobody looked at`(every: Int) {
    let scene = SyntheticScene(
      walkers: [
        Walker(name: 1, height: 300, feet: { (200 + 150 * $0, 600) }),
        Walker(name: 2, height: 280, feet: { (1000 - 120 * $0, 690) }),
      ], noise: 0, coverLimit: nil)
    let frames = SkippedFrames(scene, every: every).frames
    #expect(frames.map(\.tracked.time) == frames.map(\.scene.time))
    let names = frames[0].tracked.people.map { person in
      frames[0].scene.found.first { $0.pose == person.pose }!.name
    }
    for (index, (scene, tracked)) in frames.enumerated() {
      // After the last detection people are moved on.
      let isBetween = index <= (frames.count - 1) / every * every
      guard isBetween else { continue }
      #expect(tracked.people.map(\.trackID) == [1, 2])
      #expect(tracked.people.allSatisfy { $0.state == (index % every == 0 ? .detected : .interpolated) })
      for person in tracked.people {
        let truth = scene.found.first { $0.name == names[person.trackID! - 1] }!.pose
        // Arms and legs swing 1.1 times a second by a tenth of the height.
        #expect(SkippedFrames.distance(person.pose, truth) < (every < 5 ? 3 : 6))
      }
    }
  }

  @Test func `Irregular frames are interpolated in time, box, score and confidence too`() throws {
    var one = person(100)
    var two = person(200)
    one.pose.score = 0.4
    two.pose.score = 0.8
    one.pose.keypoints[0].source = .keypointObject
    one.pose.keypoints[0].confidence = 0.5
    two.pose.keypoints[0].source = .keypointObject
    two.pose.keypoints[0].confidence = 0.9
    one.pose.keypoints[1].source = .keypointObject
    one.pose.keypoints[1].confidence = 0.5
    let middle = try #require(between(frame(1, one), frame(2, two), at: [1.75])[0].people.first)
    #expect(abs(middle.pose.box.x1 - (pose(x: 175).box.x1)) < 0.01)
    #expect(abs(middle.pose.keypoints[5].x - pose(x: 175).keypoints[5].x) < 0.01)
    #expect(abs(middle.pose.score - 0.7) < 1e-5)
    #expect(middle.pose.keypoints[0].source == .keypointObject)
    #expect(abs(middle.pose.keypoints[0].confidence - 0.8) < 1e-5)
    // Fused on one side only.
    #expect(middle.pose.keypoints[1].source == .pose)
    #expect(middle.pose.keypoints[1].confidence == 0)
  }

  @Test func `Whoever leaves or comes is in the nearer half, moved by the own speed`() {
    let leaving = between(frame(0, person(600, speed: 100)), frame(0.4), at: [0.1, 0.2, 0.3])
    #expect(shown(leaving) == [1, 1, 0])
    #expect(leaving[1].people[0].state == .extrapolated)
    #expect(abs(leaving[1].people[0].pose.box.x1 - pose(x: 620).box.x1) < 0.01)
    let coming = between(frame(0), frame(0.4, person(600, speed: 100)), at: [0.1, 0.2, 0.3])
    #expect(shown(coming) == [0, 0, 1])
    #expect(abs(coming[2].people[0].pose.box.x1 - pose(x: 590).box.x1) < 0.01)
  }

  @Test func `Nobody is moved on for longer than is believed, nor out of the picture`() {
    let long = between(frame(0, person(600)), frame(4), at: [0.4, 0.6, 1.9])
    #expect(shown(long) == [1, 0, 0])
    let fast = between(frame(0, person(1200, speed: 2000)), frame(0.5), at: [0.04, 0.2])
    #expect(shown(fast) == [1, 0])
    #expect(fast[0].people[0].pose.box.x2 == 1280)
  }

  @Test func `An identity that is given at the later side holds from the first skipped frame`() {
    let out = between(frame(0, person(100, id: nil)), frame(0.2, person(120, id: 7)), at: [0.1])
    #expect(out[0].people.map(\.trackID) == [7])
    #expect(out[0].people[0].state == .interpolated)
  }

  @Test func `A newcomer who takes a player's place is the only one with the number`() {
    let old = person(100, id: 1, followed: 1, role: .player(1))
    let out = between(
      frame(0, old, person(500, id: nil, followed: 9, role: .crowd)),
      frame(0.2, person(500, id: 1, followed: 9, role: .player(1))), at: [0.05, 0.15])
    for frame in out {
      #expect(frame.people.map(\.trackID) == [1])
      #expect(frame.people[0].pose.box.x1 == pose(x: 500).box.x1)
      #expect(frame.people[0].role == .player(1))
    }
  }

  @Test func `Someone not found on one side stays known, so that a smoother can fill the gap`() {
    let out = between(frame(0, person(100, state: .predicted)), frame(0.4, person(140)), at: [0.1, 0.3])
    #expect(out.map { $0.people.map(\.state) } == [[.predicted], [.extrapolated]])
  }

  @Test func `At the end of the video people move on`() {
    var interpolator = PoseInterpolator(size: size)
    _ = interpolator.update(frame(1, person(100, speed: 50)))
    interpolator.skip(at: 1.1)
    interpolator.skip(at: 1.7)
    let out = interpolator.finish()
    #expect(out.map(\.time) == [1.1, 1.7])
    #expect(abs(out[0].people[0].pose.box.x1 - pose(x: 105).box.x1) < 0.01)
    #expect(out[1].people.isEmpty)
    #expect(interpolator.finish().isEmpty)
  }

  @Test func `Time that goes back breaks nothing`() {
    let out = between(frame(5, person(100)), frame(1, person(200)), at: [5.1, 0.9])
    #expect(out.allSatisfy { (100...200).contains($0.people[0].pose.box.x1 - pose(x: 0).box.x1) })
  }

  @Test func `Players keep their numbers in frames that nobody looked at`() {
    let scene = SyntheticScene(
      walkers: [
        Walker(name: 1, height: 300, feet: { (200 + 150 * $0, 600) }),
        Walker(name: 2, height: 280, feet: { (1000 - 120 * $0, 690) }),
      ], coverLimit: nil)
    let run = SkippedFrames(scene, every: 3, tracker: PlayerTracker())
    #expect(run.frames.dropLast(3).allSatisfy { $0.tracked.people.map(\.trackID) == [1, 2] })
    #expect(run.worstDistance < 15)
  }
}

extension Pose {
  /// Without the swing of arms and legs, with the feet at 0.
  var still: Pose {
    var pose = self
    for index in pose.keypoints.indices { pose.keypoints[index].x = Float(index % 2 == 0 ? -20 : 20) }
    return pose
  }

  func shifted(_ x: Float, score: Float) -> Pose {
    var pose = self
    pose.score = score
    pose.box.x1 += x
    pose.box.x2 += x
    for index in pose.keypoints.indices { pose.keypoints[index].x += x }
    return pose
  }
}

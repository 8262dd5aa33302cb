import Kapao
import Testing
import Tracking

struct PoseExtrapolatorTests {
  let size = ImageSize(width: 1280, height: 720)

  @Test func `Whoever walks goes on walking, and is where the walk leads`() throws {
    let walker = Walker(name: 1, height: 300, feet: { (200 + 240 * $0, 600) })
    var tracker = OKSTracker(skeleton: .coco17)
    var extrapolator = PoseExtrapolator()
    for index in 0..<60 {
      let time = Double(index) / 30
      guard index % 3 != 0 else {
        let people = tracker.update([walker.pose(at: time)!], at: time, size: size)
        extrapolator.update(TrackedFrame(time: time, people: people))
        continue
      }
      let people = extrapolator.frame(at: time, size: size).people
      #expect(people.map(\.state) == [.extrapolated])
      // Once the speed is known.
      guard index > 15 else { continue }
      #expect(people[0].trackID == 1)
      let moved = people[0].pose.keypoints[0].x - walker.pose(at: time)!.keypoints[0].x
      #expect(abs(moved) < 4, "a step is 8 pixels")
    }
  }

  @Test func `Those not seen are not shown, and nobody after half a second`() {
    var extrapolator = PoseExtrapolator()
    #expect(extrapolator.frame(at: 1, size: size).people.isEmpty)
    let pose = Walker(name: 1, height: 300, feet: { _ in (400, 600) }).pose(at: 0)!
    extrapolator.update(
      TrackedFrame(
        time: 1,
        people: [
          TrackedPose(pose: pose, trackID: 1, lastSeen: 1),
          TrackedPose(pose: pose, trackID: 2, state: .predicted, lastSeen: 0.9),
        ]))
    #expect(extrapolator.frame(at: 1.4, size: size).people.map(\.trackID) == [1])
    #expect(extrapolator.frame(at: 1.6, size: size).people.isEmpty)
  }

  @Test func `Whoever is found again in between goes on from there, and is believed for longer than the others`() {
    var extrapolator = PoseExtrapolator()
    let pose = Walker(name: 1, height: 300, feet: { _ in (400, 600) }).pose(at: 0)!
    var people = [1, 2].map { TrackedPose(pose: pose, trackID: $0, lastSeen: 1) }
    for index in people.indices { people[index].followed = index + 1 }
    extrapolator.update(TrackedFrame(time: 1, people: people))
    var found = people[0]
    found.pose.keypoints[0].x += 30
    extrapolator.update(found, at: 1.3)
    let later = extrapolator.frame(at: 1.4, size: size).people
    #expect(later.map(\.pose.keypoints[0].x) == [pose.keypoints[0].x + 30, pose.keypoints[0].x])
    #expect(extrapolator.frame(at: 1.7, size: size).people.map(\.trackID) == [1])
    // Somebody the tracker does not follow has no place to go on from.
    found.followed = nil
    extrapolator.update(found, at: 1.7)
    #expect(extrapolator.frame(at: 1.9, size: size).people.isEmpty)
  }
}

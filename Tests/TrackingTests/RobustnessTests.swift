import Kapao
import Testing
import Tracking

struct RobustnessTests {
  let size = ImageSize(width: 640, height: 480)

  static var trackers: [any PoseTracker] {
    var region = PlayerTracker.Settings()
    region.crowd = CrowdRule(leastSize: 0.2, region: PictureRegion("0,0 1,0 1,1"))
    return [
      OKSTracker(skeleton: .coco17), OKSTracker(skeleton: .crowdPose14), PlayerTracker(),
      PlayerTracker(settings: region), UntrackedPoses(),
    ]
  }

  func pose(_ value: Float, keypoints: Int = 17, score: Float = 0.9) -> Pose {
    Pose(
      box: Box(x1: value, y1: value, x2: value, y2: value), score: score,
      keypoints: [Keypoint](repeating: Keypoint(x: value, y: value), count: keypoints))
  }

  @Test func `No content of a frame and no time stops a tracker`() {
    let values: [Float] = [
      .nan, .infinity, -.infinity, 0, -1e30, 1e30, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 320,
    ]
    let times: [Double] = [0, .nan, 1, 0.9, .infinity, -5, -4.9, 1e300, 0, 1e-9, 3]
    for tracker in Self.trackers {
      var tracker = tracker
      for time in times {
        for count in [0, 1, 17, 30] {
          var poses = values.map { pose($0, keypoints: count) } + values.map { pose($0, keypoints: count, score: .nan) }
          poses += [Walker(name: 1, height: 200, feet: { _ in (300, 400) }).pose(at: 0)!]
          let tracked = tracker.update(poses, at: time, size: ImageSize(width: 0, height: 0))
          #expect(Set(tracked.compactMap(\.trackID)).count == tracked.compactMap(\.trackID).count)
          _ = tracker.update([], at: time, size: size)
        }
      }
    }
  }

  @Test func `A pose without any position is passed on without an identity`() {
    var tracker = OKSTracker(skeleton: .coco17)
    for frame in 0..<10 {
      let tracked = tracker.update([pose(.nan)], at: Double(frame) / 30, size: size)
      #expect(tracked.count == 1 && tracked[0].trackID == nil)
    }
  }

  @Test func `Keypoints that are no numbers do not count`() {
    var tracker = OKSTracker(skeleton: .coco17)
    let walker = Walker(name: 1, height: 300, feet: { (200 + 90 * $0, 400) })
    for frame in 0..<30 {
      let time = Double(frame) / 30
      var pose = walker.pose(at: time)!
      for index in 0..<17 where (index + frame) % 3 == 0 { pose.keypoints[index].x = .nan }
      #expect(tracker.update([pose], at: time, size: size).map(\.trackID) == [1])
    }
  }

  @Test func `Confidence 0, which says that no keypoint object was fused, makes no difference`() {
    var scene = Scenes.circling(seed: 4, missRate: 0)
    scene.seconds = 3
    var fused = OKSTracker(skeleton: .coco17)
    var regressed = OKSTracker(skeleton: .coco17)
    for frame in scene.frames() {
      let poses = frame.found.map(\.pose)
      var confident = poses
      for pose in confident.indices {
        for index in 0..<17 { confident[pose].keypoints[index].confidence = 0.9 }
      }
      #expect(
        fused.update(confident, at: frame.time, size: scene.size).map(\.trackID)
          == regressed.update(poses, at: frame.time, size: scene.size).map(\.trackID))
    }
  }
}

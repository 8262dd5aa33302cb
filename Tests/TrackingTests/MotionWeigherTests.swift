import Foundation
import Kapao
import TestSupport
import Testing
import Tracking

struct MotionWeigherTests {
  /// A track of one walker with sure and unsure places: those that no keypoint object confirms are far off.
  private func track(
    seconds: Double = 3, rate: Double = 30, speed: Double = 120, unsure: Double = 0.3, seed: UInt64 = 5
  ) -> (found: [TrackedFrame], truth: [Pose]) {
    var random = SeededRandom(seed: seed)
    let walker = Walker(name: 1, height: 300, feet: { (200 + speed * $0, 600) })
    let truth = (0..<Int(seconds * rate)).map { walker.pose(at: Double($0) / rate)! }
    let found = truth.enumerated().map { index, pose in
      var pose = pose
      for keypoint in pose.keypoints.indices {
        let isUnsure = random.chance(unsure)
        pose.keypoints[keypoint].x += Float(random.normal(deviation: isUnsure ? 25 : 2))
        pose.keypoints[keypoint].y += Float(random.normal(deviation: isUnsure ? 25 : 2))
        pose.keypoints[keypoint].confidence = isUnsure ? 0 : 0.7
        pose.keypoints[keypoint].source = isUnsure ? .pose : .keypointObject
      }
      let time = Double(index) / rate
      return TrackedFrame(time: time, people: [TrackedPose(pose: pose, trackID: 1, lastSeen: time)])
    }
    return (found, truth)
  }

  private func run(_ frames: [TrackedFrame], _ weigher: some PoseSmoother) -> [TrackedFrame] {
    var weigher = weigher
    return frames.flatMap { weigher.update($0) } + weigher.finish()
  }

  /// Root of the mean square of the distances of all keypoints, from a second on.
  private func error(_ frames: [TrackedFrame], _ truth: [Pose], where isCounted: (Keypoint) -> Bool = { _ in true })
    -> Double
  {
    var (sum, count) = (0.0, 0.0)
    for (frame, pose) in zip(frames, truth).dropFirst(30) {
      for (one, other) in zip(frame.people[0].pose.keypoints, pose.keypoints) where isCounted(one) {
        sum += pow(Double(one.x - other.x), 2) + pow(Double(one.y - other.y), 2)
        count += 1
      }
    }
    return (sum / count).squareRoot()
  }

  @Test func `Unsure places go where surer ones around them say, and sure ones stay`() {
    let (found, truth) = track()
    let weighed = run(found, MotionWeigher(skeleton: .coco17))
    #expect(weighed.map(\.time) == found.map(\.time))
    let isUnsure: (Keypoint) -> Bool = { $0.source == .pose }
    #expect(error(found, truth, where: isUnsure) > 30)
    #expect(error(weighed, truth, where: isUnsure) < 6)
    #expect(error(weighed, truth) { $0.source == .keypointObject } < 4)
    // What was found is still there.
    #expect(weighed.map(\.people[0].raw) == found.map { Optional($0.people[0].pose) })
  }

  @Test func `Live, the motion before is enough to halve the error`() {
    let (found, truth) = track()
    let weighed = run(found, LiveMotionWeigher(skeleton: .coco17))
    #expect(weighed.map(\.time) == found.map(\.time))
    #expect(error(weighed, truth) < error(found, truth) / 2)
  }

  @Test func `Nothing is smeared where somebody is quick and the places are sure`() {
    let (found, truth) = track(speed: 900, unsure: 0)
    #expect(error(run(found, MotionWeigher(skeleton: .coco17)), truth) < 4)
    #expect(error(run(found, LiveMotionWeigher(skeleton: .coco17)), truth) < 6)
  }

  @Test func `Legs that are exchanged in single frames are put right`() {
    var (found, truth) = track(unsure: 0)
    for index in stride(from: 35, to: 80, by: 9) {
      for (left, right) in [(13, 14), (15, 16)] { found[index].people[0].pose.keypoints.swapAt(left, right) }
    }
    #expect(error(run(found, MotionWeigher(skeleton: .coco17)), truth) < 4)
    #expect(error(run(found, LiveMotionWeigher(skeleton: .coco17)), truth) < 6)
    // Somebody who faces the other way is not turned.
    for index in found.indices.dropFirst(45) {
      for (left, right) in [(13, 14), (15, 16)] { truth[index].keypoints.swapAt(left, right) }
      found[index].people[0].pose = truth[index]
      for keypoint in truth[index].keypoints.indices {
        found[index].people[0].pose.keypoints[keypoint].confidence = 0.7
      }
    }
    #expect(error(Array(run(found, MotionWeigher(skeleton: .coco17)).suffix(60)), Array(truth.suffix(60))) < 4)
    // Live that takes a third of a second.
    #expect(error(Array(run(found, LiveMotionWeigher(skeleton: .coco17)).suffix(60)), Array(truth.suffix(60))) < 6)
  }

  @Test func `People without identity, single frames and places without numbers are left as they are`() {
    var (found, _) = track(seconds: 1)
    for index in found.indices { found[index].people[0].trackID = nil }
    #expect(run(found, MotionWeigher(skeleton: .coco17)) == found)
    #expect(run(found, LiveMotionWeigher(skeleton: .coco17)) == found)
    for index in found.indices {
      found[index].people[0].trackID = index
      found[index].people[0].pose.keypoints[3].x = .nan
    }
    let single = run(found, MotionWeigher(skeleton: .coco17))
    #expect(single.map(\.people[0].pose.keypoints[5]) == found.map(\.people[0].pose.keypoints[5]))
    for index in found.indices { found[index].people[0].trackID = 1 }
    for frames in [run(found, MotionWeigher(skeleton: .coco17)), run(found, LiveMotionWeigher(skeleton: .coco17))] {
      #expect(frames.allSatisfy { $0.people[0].pose.keypoints[3].x.isNaN })
      #expect(frames.allSatisfy { $0.people[0].pose.keypoints[4].x.isFinite })
    }
  }
}

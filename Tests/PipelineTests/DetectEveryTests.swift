import Kapao
import Pipeline
import Testing
import Tracking

struct DetectEveryTests {
  @Test func `It is auto, or a number from 1 to 30`() {
    #expect(DetectEvery("auto") == .auto)
    #expect(DetectEvery("1") == .all)
    #expect(DetectEvery("30") == .frames(30))
    for text in ["0", "31", "-1", "2.5", "", "often"] { #expect(DetectEvery(text) == nil) }
  }

  @Test func `Without a tracker nobody gets an identity, and everyone found is there in the order of scores`() {
    var settings = TrackingSettings()
    settings.tracker = .none
    settings.detectEvery = .frames(3)
    let people = [0.3, 0.9, 0.6].enumerated().map { index, score in
      TrackedPose(
        pose: Pose(box: Box(x1: 0, y1: 0, x2: 9, y2: 9), score: score, keypoints: []), trackID: index + 1, lastSeen: 0)
    }
    let shown = settings.shown(people)
    #expect(shown.map(\.pose.score) == [0.9, 0.6, 0.3])
    #expect(shown.allSatisfy { $0.trackID == nil })
    settings.detectEvery = .all
    #expect(settings.shown(people) == people)
  }
}

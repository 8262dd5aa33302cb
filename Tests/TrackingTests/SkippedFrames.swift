import Kapao
import Tracking

/// A scene of which a tracker sees every N-th frame, and what comes out for all of them.
struct SkippedFrames {
  /// The scene's frames with all poses, and the frames that came out.
  let frames: [(scene: SyntheticScene.Frame, tracked: TrackedFrame)]

  init(_ scene: SyntheticScene, every: Int, tracker: some PoseTracker = OKSTracker(skeleton: .coco17)) {
    var tracker = tracker
    var interpolator = PoseInterpolator(size: scene.size)
    let all = scene.frames()
    var out: [TrackedFrame] = []
    for (index, frame) in all.enumerated() {
      guard index % every == 0 else {
        interpolator.skip(at: frame.time)
        continue
      }
      let people = tracker.update(frame.found.map(\.pose), at: frame.time, size: scene.size)
      out += interpolator.update(TrackedFrame(time: frame.time, people: people))
    }
    frames = Array(zip(all, out + interpolator.finish()))
  }

  /// The worst distance in pixels of a keypoint of an interpolated person from someone's of the scene.
  var worstDistance: Float {
    frames.flatMap { scene, tracked in
      tracked.people.filter { $0.state == .interpolated }.map { person in
        scene.found.map { Self.distance(person.pose, $0.pose) }.min() ?? .infinity
      }
    }.max() ?? .infinity
  }

  static func distance(_ one: Pose, _ other: Pose) -> Float {
    zip(one.keypoints, other.keypoints).map { max(abs($0.x - $1.x), abs($0.y - $1.y)) }.max() ?? .infinity
  }
}

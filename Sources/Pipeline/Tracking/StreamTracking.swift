import Kapao
import Tracking

/// A frame with its people and who they are.
package struct Tracked<Frame: Sendable>: Sendable {
  let frame: Frame
  /// Presentation time in seconds.
  let time: Double
  var people: [TrackedPose]
  /// Whether people were detected in it.
  let isDetected: Bool

  /// The people to show.
  var shown: [TrackedPose] { people.filter(\.isShown) }
}

/// Tracks the frames of one stream, and puts people into those without a detection; frames may come back later.
final class StreamTracking<Frame: Sendable>: @unchecked Sendable {
  // @unchecked: used by a single stage.

  private let settings: TrackingSettings
  private let size: ImageSize
  private var tracker: any PoseTracker
  private var interpolator: PoseInterpolator
  /// Frames that the interpolator has, and whether people were detected in them.
  private var waiting: [(frame: Frame, isDetected: Bool)] = []

  /// - Parameters:
  ///   - confidence: Score from which a pose may begin a track.
  ///   - size: The upright frame's size in pixels.
  init(_ settings: TrackingSettings, skeleton: Skeleton, confidence: Float, size: ImageSize) {
    self.settings = settings
    self.size = size
    tracker = settings.makeTracker(skeleton: skeleton, confidence: confidence)
    interpolator = PoseInterpolator(size: size)
  }

  /// Takes a frame and the poses found in it, `nil` where nobody looked; gives the frames that are done, in order.
  func update(_ frame: Frame, at time: Double, poses: [Pose]?) -> [Tracked<Frame>] {
    update(frame, at: time, people: poses.map { tracker.update($0, at: time, size: size) })
  }

  /// Takes a frame and people who are already told apart, `nil` where nobody looked; gives the frames that are done, in
  /// order.
  func update(_ frame: Frame, at time: Double, people: [TrackedPose]?) -> [Tracked<Frame>] {
    waiting.append((frame, people != nil))
    guard let people else {
      interpolator.skip(at: time)
      return []
    }
    return released(interpolator.update(TrackedFrame(time: time, people: people)))
  }

  /// The frames that are still in.
  func finish() -> [Tracked<Frame>] { released(interpolator.finish()) }

  private func released(_ frames: [TrackedFrame]) -> [Tracked<Frame>] {
    defer { waiting.removeFirst(frames.count) }
    return zip(waiting, frames).map {
      Tracked(frame: $0.frame, time: $1.time, people: settings.shown($1.people), isDetected: $0.isDetected)
    }
  }
}

/// Weighs and smooths the poses of one stream; frames may come back later.
final class StreamSmoothing<Frame: Sendable>: @unchecked Sendable {
  // @unchecked: used by a single stage.

  private var smoothers: [any PoseSmoother]
  /// Frames that the smoothers have.
  private var waiting: [Tracked<Frame>] = []

  /// `nil` where neither is wanted.
  convenience init?(_ settings: TrackingSettings, skeleton: Skeleton) {
    self.init([
      settings.weighsMotion ? MotionWeigher(skeleton: skeleton) : nil,
      settings.smoothing.smoother(cutoff: settings.cutoff, longestGap: settings.longestGap),
    ])
  }

  /// One filter after the other; `nil` where there is none.
  init?(_ smoothers: [(any PoseSmoother)?]) {
    self.smoothers = smoothers.compactMap { $0 }
    if self.smoothers.isEmpty { return nil }
  }

  /// Takes a frame; gives those that are done, in order.
  func update(_ frame: Tracked<Frame>) -> [Tracked<Frame>] {
    waiting.append(frame)
    return released(passed([TrackedFrame(time: frame.time, people: frame.people)], from: 0))
  }

  /// The frames that are still in.
  func finish() -> [Tracked<Frame>] {
    released(smoothers.indices.flatMap { index in passed(smoothers[index].finish(), from: index + 1) })
  }

  /// What comes out at the end when frames come in at a smoother.
  private func passed(_ frames: [TrackedFrame], from first: Int) -> [TrackedFrame] {
    smoothers.indices.dropFirst(first).reduce(frames) { frames, index in
      frames.flatMap { smoothers[index].update($0) }
    }
  }

  private func released(_ frames: [TrackedFrame]) -> [Tracked<Frame>] {
    defer { waiting.removeFirst(frames.count) }
    return zip(waiting, frames).map {
      Tracked(frame: $0.frame, time: $0.time, people: $1.people, isDetected: $0.isDetected)
    }
  }
}

import Kapao
import Tracking

/// Tells people apart and smooths their poses in a live stream, without delay.
final class LiveTracking {
  private var tracker: any PoseTracker
  private var smoother: (any PoseSmoother)?

  init(_ settings: TrackingSettings, skeleton: Skeleton, thresholds: Thresholds) {
    precondition(settings.smoothing != .butterworth, "A smoother for live pictures has no delay.")
    tracker = settings.makeTracker(skeleton: skeleton, thresholds: thresholds)
    smoother = settings.smoothing.smoother()
  }

  /// The people of a picture who are worth showing.
  ///
  /// - Parameter time: The picture's place on the stream's line of time, in seconds.
  func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    var people = tracker.update(poses, at: time, size: size)
    if let smoothed = smoother?.update(TrackedFrame(time: time, people: people)).last { people = smoothed.people }
    return people.filter(\.isShown)
  }
}

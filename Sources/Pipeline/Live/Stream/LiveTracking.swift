import Kapao
import Tracking

/// Tells people apart, moves them on and smooths their poses in a live stream, without delay.
final class LiveTracking {
  private let settings: TrackingSettings
  private var tracker: any PoseTracker
  private var extrapolator = PoseExtrapolator()
  private var smoother: (any PoseSmoother)?

  init(_ settings: TrackingSettings, skeleton: Skeleton, thresholds: Thresholds) {
    precondition(settings.smoothing != .butterworth, "A smoother for live pictures has no delay.")
    self.settings = settings
    tracker = settings.makeTracker(skeleton: skeleton, thresholds: thresholds)
    smoother = settings.smoothing.smoother()
  }

  /// The people of a picture who are worth showing.
  ///
  /// - Parameters:
  ///   - poses: What was found; `nil` for a picture that nobody looked at.
  ///   - time: The picture's place on the stream's line of time, in seconds.
  func update(_ poses: [Pose]?, at time: Double, size: ImageSize) -> [TrackedPose] {
    var frame: TrackedFrame
    if let poses {
      frame = TrackedFrame(time: time, people: tracker.update(poses, at: time, size: size))
      extrapolator.update(frame)
    } else {
      frame = extrapolator.frame(at: time, size: size)
    }
    if let smoothed = smoother?.update(frame).last { frame = smoothed }
    return settings.shown(frame.people.filter(\.isShown))
  }
}

import Kapao
import Tracking
import VideoIO

/// Tracks and smooths the frames of one stream, and puts people into those that nobody looked at; frames may come back
/// later.
final class StreamTracking: @unchecked Sendable {
  // @unchecked: used by a single stage.

  private let settings: TrackingSettings
  private let size: ImageSize
  private var tracker: any PoseTracker
  private var interpolator: PoseInterpolator
  private var smoother: (any PoseSmoother)?
  /// Frames that the interpolator or the smoother has, and whether people were looked for in them.
  private var waiting: [(frame: VideoFrame, isDetected: Bool)] = []

  init(_ settings: TrackingSettings, skeleton: Skeleton, thresholds: Thresholds, size: ImageSize) {
    self.settings = settings
    self.size = size
    tracker = settings.makeTracker(skeleton: skeleton, thresholds: thresholds)
    interpolator = PoseInterpolator(size: size)
    smoother = settings.smoothing.smoother(cutoff: settings.cutoff, longestGap: settings.longestGap)
  }

  /// Takes a frame; gives those that are done, in order.
  func update(_ posed: PosedFrame) -> [TrackedVideoFrame] {
    let time = posed.frame.time
    waiting.append((posed.frame, posed.poses != nil))
    guard let poses = posed.poses else {
      interpolator.skip(at: time)
      return []
    }
    let people = tracker.update(poses, at: time, size: size)
    return released(smoothed(interpolator.update(TrackedFrame(time: time, people: people))))
  }

  /// The frames that are still in.
  func finish() -> [TrackedVideoFrame] {
    released(smoothed(interpolator.finish()) + (smoother?.finish() ?? []))
  }

  private func smoothed(_ frames: [TrackedFrame]) -> [TrackedFrame] {
    guard smoother != nil else { return frames }
    return frames.flatMap { smoother!.update($0) }
  }

  private func released(_ frames: [TrackedFrame]) -> [TrackedVideoFrame] {
    defer { waiting.removeFirst(frames.count) }
    return zip(waiting, frames).map {
      TrackedVideoFrame(frame: $0.frame, people: settings.shown($1.people), isDetected: $0.isDetected)
    }
  }
}

import Kapao
import Tracking
import VideoIO

/// Tracks and smooths the frames of one stream; a smoother may give them back later.
final class StreamTracking: @unchecked Sendable {
  // @unchecked: used by a single stage.

  private let size: ImageSize
  private var tracker: any PoseTracker
  private var smoother: (any PoseSmoother)?
  /// Frames that the smoother has.
  private var waiting: [VideoFrame] = []

  init(_ settings: TrackingSettings, skeleton: Skeleton, thresholds: Thresholds, size: ImageSize) {
    self.size = size
    tracker = settings.makeTracker(skeleton: skeleton, thresholds: thresholds)
    smoother = settings.smoothing.smoother(cutoff: settings.cutoff, longestGap: settings.longestGap)
  }

  /// Takes a frame; gives those that are done, in order.
  func update(_ posed: PosedFrame) -> [TrackedVideoFrame] {
    let people = tracker.update(posed.poses, at: posed.frame.time, size: size)
    guard smoother != nil else { return [TrackedVideoFrame(frame: posed.frame, people: people)] }
    waiting.append(posed.frame)
    return released(smoother!.update(TrackedFrame(time: posed.frame.time, people: people)))
  }

  /// The frames that are still in.
  func finish() -> [TrackedVideoFrame] { released(smoother?.finish() ?? []) }

  private func released(_ frames: [TrackedFrame]) -> [TrackedVideoFrame] {
    defer { waiting.removeFirst(frames.count) }
    return zip(waiting, frames).map { TrackedVideoFrame(frame: $0, people: $1.people) }
  }
}

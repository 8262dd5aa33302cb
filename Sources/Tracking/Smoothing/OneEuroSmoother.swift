import Kapao

/// Smooths each coordinate of each track by a one-euro filter, without delay.
///
/// A filter begins anew after `longestPause` without a value.
public struct OneEuroSmoother: PoseSmoother {
  /// Seconds without a value after which a coordinate's past no longer counts.
  public static let longestPause = 0.5

  private struct Track {
    var filters: [OneEuroFilter?]
    var times: [Double]
  }

  private var tracks: [Int: Track] = [:]
  private var clock = TrackClock()

  /// A smoother for one stream.
  public init() {}

  /// The frame, smoothed.
  public mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    if clock.advance(to: frame.time) == .restarted { tracks.removeAll() }
    let now = clock.now ?? 0
    var frame = frame
    for index in frame.people.indices where frame.people[index].isShown {
      guard let id = frame.people[index].trackID else { continue }
      let raw = frame.people[index].pose
      frame.people[index].pose = smooth(raw, id: id, now: now)
      if frame.people[index].state == .detected { frame.people[index].raw = raw }
    }
    if tracks.count > 2 * frame.people.count + 16 {
      tracks = tracks.filter { now - ($0.value.times.max() ?? now) <= Self.longestPause }
    }
    return [frame]
  }

  /// None: every frame has come out at once.
  public mutating func finish() -> [TrackedFrame] { [] }

  private mutating func smooth(_ pose: Pose, id: Int, now: Double) -> Pose {
    var signals = PoseSignals(pose)
    let count = signals.values.count
    var track = tracks[id] ?? Track(filters: [], times: [])
    if track.filters.count != count {
      track = Track(
        filters: [OneEuroFilter?](repeating: nil, count: count), times: [Double](repeating: now, count: count))
    }
    for (index, value) in signals.values.enumerated() where value.isFinite {
      let seconds = now - track.times[index]
      if track.filters[index] == nil || seconds > Self.longestPause {
        track.filters[index] = OneEuroFilter(value)
      } else {
        signals.values[index] = track.filters[index]!.update(value, seconds: seconds, size: signals.size)
      }
      track.times[index] = now
    }
    tracks[id] = track
    return signals.applied(to: pose)
  }
}

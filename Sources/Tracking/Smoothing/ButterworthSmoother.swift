import Foundation
import Kapao

/// Smooths each track by a Butterworth low-pass run forwards and backwards, and fills short gaps.
///
/// Such a filter wants the future too, but not all of it: what is more than `delay` away has next to no weight. Frames
/// therefore come out that much later, and video that is drawn on and poses that are exported agree.
///
/// * Around each frame, a track's values within `delay` on both sides are put on an even grid through that frame's time
///   (linear interpolation, at the middle distance between frames), so that frames may come irregularly.
/// * Poses of frames that were skipped count as found where people were found on both sides (`interpolated`), and are
///   filled otherwise.
/// * Up to `longestGap` without a pose is filled by straight lines between the poses on both sides, and then smoothed;
///   such poses are marked `TrackedPose.State.filled`. Longer gaps part a track into pieces that are smoothed apart.
/// * Where frames come too seldom for the cut-off frequency, gaps are filled and nothing is smoothed.
public struct ButterworthSmoother: PoseSmoother {
  /// Frames held at most, whatever their times are.
  static let mostFrames = 240

  /// Cut-off frequency in Hz.
  public let cutoff: Double
  /// Seconds without a pose that are filled.
  public let longestGap: Double
  /// Seconds by which frames come out later.
  public let delay: Double

  /// Frames that have come out, as far as they still matter, then those that have not.
  private var frames: [TrackedFrame] = []
  /// The times of `frames`, never decreasing.
  private var times: [Double] = []
  private var done = 0
  private var clock = TrackClock()

  /// A smoother for one stream.
  public init(cutoff: Double = 6, longestGap: Double = 0.25) {
    self.cutoff = max(0.1, cutoff)
    self.longestGap = max(0, longestGap)
    // The slower pole of a pass decays to 1/1000 in 7 / (2π · cutoff / 0.802 · 0.707) seconds.
    delay = self.longestGap + 1.3 / self.cutoff
  }

  /// Takes a frame; gives those that are `delay` older.
  public mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    var released: [TrackedFrame] = []
    if clock.advance(to: frame.time) == .restarted { released = finish() }
    frames.append(frame)
    times.append(clock.now ?? 0)
    while times[times.count - 1] - times[done] >= delay || frames.count - done > Self.mostFrames {
      released.append(smoothed(done))
      done += 1
    }
    let old = times.prefix(done).prefix { times[done] - $0 > delay }.count
    frames.removeFirst(old)
    times.removeFirst(old)
    done -= old
    return released
  }

  /// The frames that are still in.
  public mutating func finish() -> [TrackedFrame] {
    let released = (done..<frames.count).map { smoothed($0) }
    frames.removeAll()
    times.removeAll()
    done = 0
    return released
  }

  private func smoothed(_ index: Int) -> TrackedFrame {
    var frame = frames[index]
    for person in frame.people.indices {
      guard let id = frame.people[person].trackID else { continue }
      let track = TrackWindow(id: id, at: index, frames: frames, times: times, longestGap: longestGap)
      guard let track, let values = track.smoothed(cutoff: cutoff, padding: delay) else { continue }
      if frame.people[person].isSample {
        let raw = frame.people[person].pose
        if frame.people[person].state == .detected { frame.people[person].raw = raw }
        frame.people[person].pose = PoseSignals(raw, values: values).applied(to: raw)
      } else {
        let model = track.nearestPose
        frame.people[person].pose = PoseSignals(model, values: values).applied(to: model)
        frame.people[person].state = .filled
      }
    }
    return frame
  }
}

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
package struct ButterworthSmoother: PoseSmoother {
  /// Cut-off frequency in Hz.
  package let cutoff: Double
  /// Seconds without a pose that are filled.
  package let longestGap: Double
  /// Seconds by which frames come out later.
  package let delay: Double

  private var window: FrameWindow

  /// A smoother for one stream.
  package init(cutoff: Double = 6, longestGap: Double = 0.25) {
    self.cutoff = max(0.1, cutoff)
    self.longestGap = max(0, longestGap)
    // The slower pole of a pass decays to 1/1000 in 7 / (2π · cutoff / 0.802 · 0.707) seconds.
    delay = self.longestGap + 1.3 / self.cutoff
    window = FrameWindow(delay: delay)
  }

  /// Takes a frame; gives those that are `delay` older.
  package mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    window.update(frame, smoothed)
  }

  /// The frames that are still in.
  package mutating func finish() -> [TrackedFrame] { window.finish(smoothed) }

  private var smoothed: (FrameWindow, Int) -> TrackedFrame {
    let (cutoff, longestGap) = (cutoff, longestGap)
    return { window, index in Self.smoothed(window, index, cutoff: cutoff, longestGap: longestGap) }
  }

  private static func smoothed(_ window: FrameWindow, _ index: Int, cutoff: Double, longestGap: Double) -> TrackedFrame
  {
    var frame = window.frames[index]
    for person in frame.people.indices {
      guard let id = frame.people[person].trackID else { continue }
      let track = TrackWindow(id: id, at: index, frames: window.frames, times: window.times, longestGap: longestGap)
      guard let track, let values = track.smoothed(cutoff: cutoff, padding: window.delay) else { continue }
      if frame.people[person].isSample {
        let raw = frame.people[person].pose
        if frame.people[person].state == .detected { frame.people[person].raw = frame.people[person].raw ?? raw }
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

/// A Butterworth low-pass of second order that is run forwards and backwards: fourth order in effect, without shift in
/// time.
///
/// Each pass has its cut-off frequency raised by 1/0.802, so that both together let half of the power pass at `cutoff`
/// (Winter, Biomechanics and Motor Control of Human Movement, section 2.2.4.4).
package struct ButterworthFilter: Sendable {
  private let b: (Double, Double, Double)
  private let a: (Double, Double)

  /// The factor by which two passes lower the cut-off frequency: (√2 − 1)^¼.
  package static let twoPasses = pow(2.0.squareRoot() - 1, 0.25)

  /// `nil` where the frequency cannot be told from others at this rate: it must be below 0.4 of the sampling rate.
  ///
  /// - Parameters:
  ///   - cutoff: In Hz.
  ///   - rate: Samples a second.
  package init?(cutoff: Double, rate: Double) {
    guard cutoff > 0, rate > 0, cutoff / Self.twoPasses < 0.49 * rate else { return nil }
    // The bilinear transform of 1 / (s² + √2 s + 1), with the frequency bent so that it is met exactly.
    let c = 1 / tan(.pi * cutoff / Self.twoPasses / rate)
    let norm = 1 / (1 + 2.0.squareRoot() * c + c * c)
    b = (norm, 2 * norm, norm)
    a = (2 * (1 - c * c) * norm, (1 - 2.0.squareRoot() * c + c * c) * norm)
  }

  /// The filtered samples. Both ends are continued by their point reflections over `padding` samples, at most as many
  /// as there are, so that the filter has settled where the signal begins.
  package func filtered(_ samples: [Double], padding: Int) -> [Double] {
    guard samples.count > 1 else { return samples }
    let count = min(padding, samples.count - 1)
    let (first, last) = (samples[0], samples[samples.count - 1])
    var extended: [Double] = []
    extended.reserveCapacity(samples.count + 2 * count)
    for index in stride(from: count, to: 0, by: -1) { extended.append(2 * first - samples[index]) }
    extended += samples
    for index in 0..<count { extended.append(2 * last - samples[samples.count - 2 - index]) }
    pass(&extended)
    extended.reverse()
    pass(&extended)
    extended.reverse()
    return Array(extended[count..<count + samples.count])
  }

  /// One pass in place (direct form II transposed), begun as if the first sample had been there for ever.
  private func pass(_ samples: inout [Double]) {
    var second = (b.2 - a.1) * samples[0]
    var first = (b.1 - a.0) * samples[0] + second
    for index in samples.indices {
      let input = samples[index]
      let output = b.0 * input + first
      first = b.1 * input - a.0 * output + second
      second = b.2 * input - a.1 * output
      samples[index] = output
    }
  }
}

/// One track around one frame: the poses found before and after it, as far as no gap is too long.
struct TrackWindow {
  private let times: [Double]
  private let poses: [Pose]
  private let signals: [PoseSignals]
  private let now: Double
  /// The middle distance between frames, in seconds.
  private let interval: Double

  /// `nil` where the frame has neither a pose of the track nor lies in a gap that is short enough.
  init?(id: Int, at index: Int, frames: [TrackedFrame], times: [Double], longestGap: Double) {
    now = times[index]
    var found: [(time: Double, pose: Pose)] = []
    for (frame, time) in zip(frames, times) {
      guard let person = frame.people.first(where: { $0.trackID == id && $0.isSample }) else { continue }
      if let last = found.last, time - last.time > longestGap + Self.interval(times) * 1.5 {
        if last.time >= now { break }
        found.removeAll()
      }
      found.append((time, person.pose))
    }
    guard let first = found.first?.time, let last = found.last?.time, first <= now, now <= last else { return nil }
    self.times = found.map(\.time)
    poses = found.map(\.pose)
    signals = poses.map { PoseSignals($0) }
    interval = Self.interval(times)
  }

  /// The pose that is nearest in time.
  var nearestPose: Pose {
    poses[times.indices.min { abs(times[$0] - now) < abs(times[$1] - now) }!]
  }

  /// The smoothed coordinates; those without numbers at both sides stay NaN. `nil` for a single pose.
  func smoothed(cutoff: Double, padding: Double) -> [Double]? {
    guard interval > 0, times.count > 1 else { return times.count == 1 ? nil : interpolated(at: [now]).map { $0[0] } }
    let before = Int(((now - times[0]) / interval + 1e-6).rounded(.down))
    let after = Int(((times[times.count - 1] - now) / interval + 1e-6).rounded(.down))
    let grid = (-before...after).map { now + Double($0) * interval }
    let filter = ButterworthFilter(cutoff: cutoff, rate: 1 / interval)
    return interpolated(at: grid).map { values in
      guard let filter, values.allSatisfy(\.isFinite) else { return values[before] }
      return filter.filtered(values, padding: Int((padding / interval).rounded(.up)))[before]
    }
  }

  /// Each coordinate at ascending times.
  private func interpolated(at grid: [Double]) -> [[Double]] {
    let count = signals.map(\.values.count).min() ?? 0
    return (0..<count).map { coordinate in
      let known = signals.indices.filter { signals[$0].values[coordinate].isFinite }
      guard let first = known.first else { return [Double](repeating: .nan, count: grid.count) }
      var place = 0
      return grid.map { time in
        while place + 1 < known.count, times[known[place + 1]] <= time { place += 1 }
        let (left, leftTime) = (signals[known[place]].values[coordinate], times[known[place]])
        guard place + 1 < known.count, time > leftTime else {
          return place == 0 ? signals[first].values[coordinate] : left
        }
        let (right, rightTime) = (signals[known[place + 1]].values[coordinate], times[known[place + 1]])
        return left + (right - left) * (time - leftTime) / (rightTime - leftTime)
      }
    }
  }

  /// Steps of less than a tenth of a millisecond are left out: time stamps that were repaired, not a frame rate.
  private static func interval(_ times: [Double]) -> Double {
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 >= 1e-4 }.sorted()
    return steps.isEmpty ? 0 : steps[steps.count / 2]
  }
}

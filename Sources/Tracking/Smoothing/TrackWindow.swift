import Kapao

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

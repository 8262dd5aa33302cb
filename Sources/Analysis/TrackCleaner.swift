import Foundation
import Kapao

/// Repairs the keypoints of one track before anything is measured: limbs whose left and right were exchanged, keypoints that
/// jump away and come back (Hampel), and short gaps.
///
/// It works on a stream: a sample comes out `longestGap` (or the filter's half window) later than it went in.
///
/// * **Left and right** of a limb (thigh, shank and foot; upper arm, forearm and hand) are exchanged back where the exchanged
///   places are at most half as far from where the limb's motion puts them, and the limbs are apart by a fifth of
///   the torso. An exchange that lasts longer than `longestExchange` seconds is taken to be the person turning round, and
///   is left.
/// * **Outliers**: a coordinate that is further than `deviations` · 1.4826 · MAD from the median of the window around it
///   (Hampel 1974; and at least a tenth of the torso) is dropped, and then filled like a gap.
/// * **Gaps** of up to `longestGap` seconds are filled by straight lines.
package struct TrackCleaner: Sendable {
  /// What is repaired.
  package struct Settings: Hashable, Sendable, Codable {
    /// Whether exchanged limbs are repaired.
    package var repairsSides = true
    /// Half of the window of the filter against outliers, in samples; 0 turns it off.
    package var halfWindow = 3
    /// Standard deviations from the median.
    package var deviations = 3.0
    /// Seconds that are filled.
    package var longestGap = 0.25
    /// Seconds that an exchange may last.
    package var longestExchange = 0.5

    /// The defaults.
    package init() {}

    /// Nothing is repaired.
    package static let off: Settings = {
      var settings = Settings()
      settings.repairsSides = false
      settings.halfWindow = 0
      settings.longestGap = 0
      return settings
    }()
  }

  /// A sample with what was done to it.
  package struct Cleaned: Hashable, Sendable {
    /// The keypoints after repair.
    package var sample: BodySample
    /// The keypoints as they were found.
    package var found: [Point2?]
    /// Keypoints whose side was exchanged.
    package var exchanged: Set<Int> = []
    /// Keypoints that were dropped as outliers.
    package var outliers: Set<Int> = []
    /// Keypoints that were filled.
    package var filled: Set<Int> = []
  }

  private let settings: Settings
  private let limbs: [[(left: Int, right: Int)]]
  private let body: Body
  private var window: [Cleaned] = []
  private var done = 0
  private var motion: [Int: (point: Point2, velocity: Point2, time: Double)] = [:]
  private var exchangedSince: [Int: Double] = [:]

  /// A cleaner for one track.
  package init(body: Body, settings: Settings = Settings()) {
    self.body = body
    self.settings = settings
    let names = body.skeleton.keypointNames
    func pair(_ name: String) -> (left: Int, right: Int)? {
      guard let left = names.firstIndex(of: "left_" + name), let right = names.firstIndex(of: "right_" + name) else {
        return nil
      }
      return (left, right)
    }
    limbs = [["knee", "ankle"], ["elbow", "wrist"]].map { $0.compactMap(pair) }
  }

  /// The frame of the oldest sample that is still in.
  package var oldestFrame: Int? { done < window.count ? window[done].sample.frame : nil }

  /// Takes a sample; gives those that are done.
  package mutating func update(_ sample: BodySample) -> [Cleaned] {
    var released: [Cleaned] = []
    if let last = window.last,
      sample.time - last.sample.time > max(settings.longestGap, 0.5) || sample.time < last.sample.time
    {
      released = finish()
    }
    var cleaned = Cleaned(sample: sample, found: sample.keypoints)
    if settings.repairsSides { repairSides(&cleaned) }
    window.append(cleaned)
    // An outlier shows when its window is full, and a gap when what follows it is free of outliers.
    let ahead = settings.halfWindow
    if window.count > ahead { dropOutliers(at: window.count - 1 - ahead) }
    while done < window.count - ahead,
      ahead == 0 && settings.longestGap == 0
        || window[window.count - 1 - ahead].sample.time - window[done].sample.time > settings.longestGap
    {
      fill(at: done, upTo: window.count - ahead)
      released.append(window[done])
      done += 1
    }
    let needed = max(settings.halfWindow, 1)
    if done > needed + 1 {
      window.removeFirst(done - needed - 1)
      done = needed + 1
    }
    return released
  }

  /// The samples that are still in.
  package mutating func finish() -> [Cleaned] {
    for index in max(window.count - settings.halfWindow, 0)..<window.count { dropOutliers(at: index) }
    var released: [Cleaned] = []
    while done < window.count {
      fill(at: done, upTo: window.count)
      released.append(window[done])
      done += 1
    }
    window = []
    done = 0
    motion = [:]
    exchangedSince = [:]
    return released
  }

  private mutating func repairSides(_ cleaned: inout Cleaned) {
    let time = cleaned.sample.time
    let torso = self.torso(of: cleaned.sample)
    for (number, limb) in limbs.enumerated() {
      var (straight, crossed, apart) = (0.0, 0.0, 0.0)
      for (left, right) in limb {
        guard let l = cleaned.sample.keypoints[left], let r = cleaned.sample.keypoints[right],
          let expectedLeft = expected(left, at: time), let expectedRight = expected(right, at: time)
        else { continue }
        straight += (l - expectedLeft).length + (r - expectedRight).length
        crossed += (l - expectedRight).length + (r - expectedLeft).length
        apart = max(apart, (l - r).length)
      }
      let isCrossed = crossed < 0.5 * straight && apart > 0.2 * torso && torso > 0
      if isCrossed, time - (exchangedSince[number] ?? time) <= settings.longestExchange {
        exchangedSince[number] = exchangedSince[number] ?? time
        for (left, right) in limb {
          cleaned.sample.keypoints.swapAt(left, right)
          cleaned.exchanged.formUnion([left, right])
        }
      } else {
        exchangedSince[number] = nil
      }
    }
    for (index, point) in cleaned.sample.keypoints.enumerated() {
      guard let point else { continue }
      var velocity = Point2(0, 0)
      if let last = motion[index], time > last.time, time - last.time < 0.2 {
        velocity = last.velocity * 0.5 + (point - last.point) * (0.5 / (time - last.time))
      }
      motion[index] = (point, velocity, time)
    }
  }

  private func expected(_ keypoint: Int, at time: Double) -> Point2? {
    guard let last = motion[keypoint], time - last.time < 0.3 else { return nil }
    return last.point + last.velocity * (time - last.time)
  }

  private func torso(of sample: BodySample) -> Double {
    guard let hip = body.position(.hip, in: sample.keypoints), let neck = body.position(.neck, in: sample.keypoints)
    else {
      return Double(max(sample.box.width, sample.box.height)) / 3
    }
    return (neck - hip).length
  }

  private mutating func dropOutliers(at index: Int) {
    guard settings.halfWindow > 0, window.indices.contains(index) else { return }
    let range = max(index - settings.halfWindow, 0)...min(index + settings.halfWindow, window.count - 1)
    let least = 0.1 * torso(of: window[index].sample)
    for keypoint in window[index].sample.keypoints.indices {
      guard let point = window[index].sample.keypoints[keypoint] else { continue }
      // Neighbours as they were before the filter: what was dropped at one time does not hide what follows.
      let near = range.compactMap { other in
        window[other].sample.keypoints[keypoint]
          ?? (window[other].outliers.contains(keypoint) ? window[other].found[keypoint] : nil)
      }
      // What is close to all of them is close to their median.
      guard near.count >= 5, near.contains(where: { abs($0.x - point.x) > least || abs($0.y - point.y) > least }) else {
        continue
      }
      let isFar = [(point.x, near.map(\.x)), (point.y, near.map(\.y))].contains { value, values in
        let middle = Self.median(values)
        let spread = 1.4826 * Self.median(values.map { abs($0 - middle) })
        return abs(value - middle) > max(settings.deviations * spread, least)
      }
      if isFar {
        window[index].sample.keypoints[keypoint] = nil
        window[index].outliers.insert(keypoint)
      }
    }
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private mutating func fill(at index: Int, upTo end: Int) {
    guard settings.longestGap > 0, index > 0 else { return }
    let time = window[index].sample.time
    for keypoint in window[index].sample.keypoints.indices where window[index].sample.keypoints[keypoint] == nil {
      guard let before = window[index - 1].sample.keypoints[keypoint],
        let next = (index + 1..<max(end, index + 1)).first(where: { window[$0].sample.keypoints[keypoint] != nil }),
        let after = window[next].sample.keypoints[keypoint]
      else { continue }
      let start = window[index - 1].sample.time
      // What was filled before counts as the gap, too: it is on the same line.
      guard window[next].sample.time - lastFound(keypoint, before: index) <= settings.longestGap else { continue }
      let share = (time - start) / (window[next].sample.time - start)
      window[index].sample.keypoints[keypoint] = before + (after - before) * share
      window[index].filled.insert(keypoint)
    }
  }

  private func lastFound(_ keypoint: Int, before index: Int) -> Double {
    let found = window[..<index].last { !$0.filled.contains(keypoint) && $0.sample.keypoints[keypoint] != nil }
    return found?.sample.time ?? -.infinity
  }
}

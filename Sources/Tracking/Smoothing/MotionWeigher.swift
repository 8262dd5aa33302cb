import Foundation
import Kapao

/// Weighs the place of each keypoint of a track by its confidence against its motion in the frames around (files): a sure
/// one stays where it was found, one that no keypoint object confirms goes where surer ones before and after say it is.
///
/// Around each frame a parabola in time is fitted to the keypoint's other places within `reach` seconds, weighed by
/// confidence, by nearness in time, and twice again by how well they fit. Its place is the mean of that and of the
/// measured one, weighed by their variances: that of the other places around the parabola, which is large in quick
/// motion, and that of a place of this confidence, which grows with the distance. Where a left and a right keypoint fit
/// the motion of each other far better, they are exchanged first.
///
/// Frames come out `reach` seconds late.
package struct MotionWeigher: PoseSmoother {
  /// Seconds on both sides that count.
  package static let reach = 0.3
  /// Standard deviation of the bell curve over time, in seconds.
  private static let width = 0.15
  /// Frames of the track that a motion needs.
  private static let least = 4

  private let flipped: [Int]
  private var window = FrameWindow(delay: reach)

  /// A weigher for one stream of poses of a skeleton.
  package init(skeleton: Skeleton) { flipped = skeleton.flipped }

  /// Takes a frame; gives those that are `reach` older.
  package mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] { window.update(frame, weighed) }

  /// The frames that are still in.
  package mutating func finish() -> [TrackedFrame] { window.finish(weighed) }

  private var weighed: (FrameWindow, Int) -> TrackedFrame {
    let flipped = flipped
    return { window, index in
      var frame = window.frames[index]
      for person in frame.people.indices where frame.people[person].isSample {
        guard let id = frame.people[person].trackID else { continue }
        let raw = frame.people[person].pose
        let motion = KeypointMotion(id: id, at: index, of: window, width: Self.width)
        guard motion.count >= Self.least else { continue }
        frame.people[person].pose = motion.weighed(raw, flipped: flipped)
        if frame.people[person].state == .detected { frame.people[person].raw = raw }
      }
      return frame
    }
  }
}

/// How sure a place is.
enum KeypointTrust {
  /// What a place counts that no keypoint object confirms.
  private static let floor = 0.01
  /// Standard deviation of a place of full confidence, in body sizes.
  private static let deviation = 0.02

  static func weight(_ keypoint: Keypoint) -> Double { Double(max(0, keypoint.confidence)) + floor }

  /// Variance of a measured place in square pixels.
  static func variance(_ keypoint: Keypoint, size: Double) -> Double {
    (deviation * size) * (deviation * size) / weight(keypoint)
  }
}

/// Distance from its motion at which a place counts half, in body sizes.
private let outlier = 0.06

/// Whether a left and a right keypoint are to be exchanged, as they fit the motion of each other far better than their
/// own; `nil` where neither fits far better.
private func areExchanged(
  _ left: Keypoint, _ right: Keypoint, _ size: Double, _ fromLeft: (Keypoint) -> Double,
  _ fromRight: (Keypoint) -> Double
) -> Bool? {
  let straight = fromLeft(left) + fromRight(right)
  let crossed = fromLeft(right) + fromRight(left)
  guard max(straight, crossed) > 2 * outlier * size, min(straight, crossed) < 0.4 * max(straight, crossed) else {
    return nil
  }
  return crossed < straight
}

/// The other places of a track's keypoints around a frame.
private struct KeypointMotion {
  /// The least deviation of places from their motion, in body sizes.
  private static let exactness = 0.004

  /// Times in widths of the bell curve, from the frame on, and the poses there.
  private var others: [(time: Double, pose: Pose)] = []
  private let size: Double

  var count: Int { others.count }

  init(id: Int, at index: Int, of window: FrameWindow, width: Double) {
    let now = window.times[index]
    var size = 1.0
    for (place, frame) in window.frames.enumerated() where abs(window.times[place] - now) <= MotionWeigher.reach {
      guard let person = frame.people.first(where: { $0.trackID == id && $0.isSample }) else { continue }
      if place == index {
        size = PoseSignals(person.pose).size
      } else {
        others.append(((window.times[place] - now) / width, person.pose))
      }
    }
    self.size = size
  }

  func weighed(_ pose: Pose, flipped: [Int]) -> Pose {
    var pose = pose
    let motions = pose.keypoints.indices.map { fit($0) }
    for (one, other) in zip(pose.keypoints.indices, flipped) where one < other {
      guard let here = motions[one], let there = motions[other] else { continue }
      if areExchanged(pose.keypoints[one], pose.keypoints[other], size, here.distance, there.distance) == true {
        pose.keypoints.swapAt(one, other)
      }
    }
    for (index, motion) in motions.enumerated() {
      guard let motion else { continue }
      let keypoint = pose.keypoints[index]
      let distance = motion.distance(to: keypoint)
      let own = KeypointTrust.variance(keypoint, size: size)
      let doubtful = own * (1 + distance * distance / (2 * (own + motion.variance)))
      let share = doubtful / (doubtful + motion.variance)
      guard share.isFinite else { continue }
      pose.keypoints[index].x += Float(share * (motion.x - Double(keypoint.x)))
      pose.keypoints[index].y += Float(share * (motion.y - Double(keypoint.y)))
    }
    return pose
  }

  private struct Motion {
    var x: Double
    var y: Double
    var variance: Double

    func distance(to keypoint: Keypoint) -> Double {
      let (dx, dy) = (Double(keypoint.x) - x, Double(keypoint.y) - y)
      return (dx * dx + dy * dy).squareRoot()
    }
  }

  /// Where the others say that a keypoint is; `nil` where it has no numbers.
  private func fit(_ index: Int) -> Motion? {
    let points = others.filter { $0.pose.keypoints[index].x.isFinite && $0.pose.keypoints[index].y.isFinite }
    let given = points.map { exp(-0.5 * $0.time * $0.time) * KeypointTrust.weight($0.pose.keypoints[index]) }
    var weights = given
    var motion: Motion?
    for _ in 0..<3 {
      guard let parabolas = parabolas(points, index, weights) else { return nil }
      var (sum, squares) = (0.0, 0.0)
      for (place, point) in points.enumerated() {
        let (t, keypoint) = (point.time, point.pose.keypoints[index])
        let dx = Double(keypoint.x) - parabolas.x[0] - t * (parabolas.x[1] + t * parabolas.x[2])
        let dy = Double(keypoint.y) - parabolas.y[0] - t * (parabolas.y[1] + t * parabolas.y[2])
        let square = dx * dx + dy * dy
        weights[place] = given[place] / (1 + square / (outlier * size * outlier * size))
        sum += weights[place]
        squares += weights[place] * square
      }
      let least = Self.exactness * size
      motion = Motion(x: parabolas.x[0], y: parabolas.y[0], variance: squares / sum + least * least)
    }
    return motion.flatMap { $0.x.isFinite && $0.y.isFinite && $0.variance.isFinite ? $0 : nil }
  }

  /// Coefficients of the parabolas of least squares; slopes and curves are held a little towards 0.
  private func parabolas(
    _ points: [(time: Double, pose: Pose)], _ index: Int, _ weights: [Double]
  ) -> (x: SIMD3<Double>, y: SIMD3<Double>)? {
    var m = [Double](repeating: 0, count: 5)
    var (x, y) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    for (point, weight) in zip(points, weights) {
      let (t, keypoint) = (point.time, point.pose.keypoints[index])
      let powers = SIMD3(1, t, t * t)
      for power in 0..<3 {
        m[power] += weight * powers[power]
        if power > 0 { m[power + 2] += weight * powers[power] * t * t }
      }
      x += weight * Double(keypoint.x) * powers
      y += weight * Double(keypoint.y) * powers
    }
    guard m[0] > 0 else { return nil }
    let hold = 1e-3 * m[0]
    let columns = (SIMD3(m[0], m[1], m[2]), SIMD3(m[1], m[2] + hold, m[3]), SIMD3(m[2], m[3], m[4] + hold))
    func determinant(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ c: SIMD3<Double>) -> Double {
      a.x * (b.y * c.z - b.z * c.y) - a.y * (b.x * c.z - b.z * c.x) + a.z * (b.x * c.y - b.y * c.x)
    }
    let whole = determinant(columns.0, columns.1, columns.2)
    guard whole > 0 else { return nil }
    // Cramer's rule.
    func solved(_ right: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(
        determinant(right, columns.1, columns.2), determinant(columns.0, right, columns.2),
        determinant(columns.0, columns.1, right)) / whole
    }
    return (solved(x), solved(y))
  }
}

/// Weighs the place of each keypoint of a track by its confidence against its motion before, without delay (live video):
/// a Kalman filter for each keypoint, which believes a place as much as it is sure. Where a left and a right keypoint fit
/// the motion of each other far better, they are exchanged first. See `MotionWeigher` for files.
package struct LiveMotionWeigher: PoseSmoother {
  /// Seconds without a keypoint after which its past no longer counts.
  private static let longestPause = 0.5
  /// Seconds for which a pair is exchanged at most: after that what is found is believed.
  private static let longestExchange = 0.3
  /// Standard deviations of the change of velocity in a second and of an unknown velocity, in body sizes, and the seconds
  /// in which velocity is forgotten.
  private static let (agility, speed, memory) = (6.0, 1.0, 0.3)
  /// Squared distance in deviations from which a place is believed less.
  private static let gate = 3.0

  private struct Point: Sendable {
    var x: AxisFilter
    var y: AxisFilter
    var time: Double
    /// When it was exchanged with its counterpart first and last.
    var exchanged: ClosedRange<Double>?

    func distance(to keypoint: Keypoint) -> Double {
      let (dx, dy) = (Double(keypoint.x) - x.position, Double(keypoint.y) - y.position)
      return (dx * dx + dy * dy).squareRoot()
    }
  }

  private let flipped: [Int]
  private var tracks = TrackPasts<[Point?]>(longestPause: longestPause)

  /// A weigher for one stream of poses of a skeleton.
  package init(skeleton: Skeleton) { flipped = skeleton.flipped }

  /// The frame, weighed.
  package mutating func update(_ frame: TrackedFrame) -> [TrackedFrame] {
    let flipped = flipped
    return [tracks.update(frame) { Self.weighed($0, &$1, flipped, now: $2) }]
  }

  /// None: every frame has come out at once.
  package mutating func finish() -> [TrackedFrame] { [] }

  private static func weighed(_ pose: Pose, _ past: inout [Point?]?, _ flipped: [Int], now: Double) -> Pose {
    var pose = pose
    let size = PoseSignals(pose).size
    var points = past ?? []
    past = nil
    if points.count != pose.keypoints.count { points = [Point?](repeating: nil, count: pose.keypoints.count) }
    let disturbance = agility * agility * size * size
    var ahead = points.map { point -> Point? in
      guard var point, now - point.time <= longestPause else { return nil }
      point.x.predict(seconds: now - point.time, disturbance: disturbance, memory: memory)
      point.y.predict(seconds: now - point.time, disturbance: disturbance, memory: memory)
      return point
    }
    exchange(&pose, &ahead, flipped, size, now)
    for (index, keypoint) in pose.keypoints.enumerated() where keypoint.x.isFinite && keypoint.y.isFinite {
      let (x, y) = (Double(keypoint.x), Double(keypoint.y))
      let variance = KeypointTrust.variance(keypoint, size: size)
      guard var point = ahead[index] else {
        let start = {
          AxisFilter(position: $0, variance: variance, velocityVariance: speed * speed * size * size)
        }
        points[index] = Point(x: start(x), y: start(y), time: now)
        continue
      }
      let (dx, dy) = (x - point.x.position, y - point.y.position)
      let squared = (dx * dx + dy * dy) / 2 / (point.x.positionVariance + variance)
      point.x.correct(position: x, variance: variance * max(1, squared / gate))
      point.y.correct(position: y, variance: variance * max(1, squared / gate))
      point.time = now
      points[index] = point
      pose.keypoints[index].x = Float(point.x.position)
      pose.keypoints[index].y = Float(point.y.position)
    }
    past = points
    return pose
  }

  /// Exchanges the pairs that fit so; where that has gone on for too long, their motions change places instead.
  private static func exchange(
    _ pose: inout Pose, _ points: inout [Point?], _ flipped: [Int], _ size: Double, _ now: Double
  ) {
    for (one, other) in zip(points.indices, flipped) where one < other {
      guard let here = points[one], let there = points[other],
        let isExchanged = areExchanged(pose.keypoints[one], pose.keypoints[other], size, here.distance, there.distance)
      else { continue }
      points[one]!.exchanged = nil
      guard isExchanged else { continue }
      let last = here.exchanged.flatMap { now - $0.upperBound <= longestPause ? $0 : nil }
      let since = last?.lowerBound ?? now
      if now - since <= longestExchange {
        points[one]!.exchanged = since...now
        pose.keypoints.swapAt(one, other)
      } else {
        points.swapAt(one, other)
      }
    }
  }
}

/// The frames around the one that comes out of a smoother which wants the future as well: each comes out `delay` seconds
/// late, when the frames that far after it are known.
struct FrameWindow {
  /// Frames that are held at most, whatever their times are.
  static let mostFrames = 240

  /// Seconds by which frames come out late, and for which those that have come out are kept.
  let delay: Double
  /// Frames that have come out, as far as they still matter, then those that have not.
  private(set) var frames: [TrackedFrame] = []
  /// The times of `frames`, never decreasing.
  private(set) var times: [Double] = []
  private var done = 0
  private var clock = TrackClock()

  init(delay: Double) { self.delay = delay }

  /// Takes a frame; gives what `work` makes of those that are `delay` older, by their place in `frames`.
  mutating func update(_ frame: TrackedFrame, _ work: (FrameWindow, Int) -> TrackedFrame) -> [TrackedFrame] {
    var released: [TrackedFrame] = []
    if clock.advance(to: frame.time) == .restarted { released = finish(work) }
    frames.append(frame)
    times.append(clock.now ?? 0)
    while times[times.count - 1] - times[done] >= delay || frames.count - done > Self.mostFrames {
      released.append(work(self, done))
      done += 1
    }
    let old = times.prefix(done).prefix { times[done] - $0 > delay }.count
    frames.removeFirst(old)
    times.removeFirst(old)
    done -= old
    return released
  }

  /// The frames that are still in.
  mutating func finish(_ work: (FrameWindow, Int) -> TrackedFrame) -> [TrackedFrame] {
    let released = (done..<frames.count).map { work(self, $0) }
    frames.removeAll()
    times.removeAll()
    done = 0
    return released
  }
}

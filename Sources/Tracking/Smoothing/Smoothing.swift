import Kapao

/// How tracked poses are smoothed over time (`--smooth`).
public enum Smoothing: String, CaseIterable, Codable, Sendable {
  /// Not at all.
  case none
  /// By the one-euro filter: no delay, for live video.
  case oneEuro = "one-euro"
  /// By a Butterworth low-pass run forwards and backwards: no shift in time, but a part of a second late; for files.
  case butterworth

  /// A smoother for one stream, or `nil` for `none`.
  ///
  /// - Parameters:
  ///   - cutoff: Cut-off frequency of the Butterworth filter in Hz.
  ///   - longestGap: Seconds without a pose that are filled, by the Butterworth filter only.
  package func smoother(cutoff: Double = 6, longestGap: Double = 0.25) -> (any PoseSmoother)? {
    switch self {
    case .none: nil
    case .oneEuro: OneEuroSmoother()
    case .butterworth: ButterworthSmoother(cutoff: cutoff, longestGap: longestGap)
    }
  }
}

/// Smooths tracked poses over time. One smoother belongs to one stream.
///
/// Only poses with an identity are smoothed; what was found stays in `TrackedPose.raw`.
package protocol PoseSmoother: Sendable {
  /// Takes a frame and gives those that are done: every frame comes out once, in order.
  mutating func update(_ frame: TrackedFrame) -> [TrackedFrame]

  /// The frames that are still in, at the end of the stream.
  mutating func finish() -> [TrackedFrame]
}

/// The people of one frame.
package struct TrackedFrame: Hashable, Sendable {
  /// Presentation time in seconds.
  package var time: Double
  /// The people, as a tracker gave them.
  package var people: [TrackedPose]

  /// A frame.
  package init(time: Double, people: [TrackedPose]) {
    self.time = time
    self.people = people
  }
}

/// The past of each track, for smoothers without delay.
struct TrackPasts<Past: Sendable>: Sendable {
  /// Seconds out of sight after which a track's past may be forgotten.
  let longestPause: Double
  private var pasts: [Int: Past] = [:]
  private var lastSeen: [Int: Double] = [:]
  private var clock = TrackClock()

  init(longestPause: Double) { self.longestPause = longestPause }

  /// The frame with the pose of each track that is shown smoothed by `smooth`, which is told its past, that is `nil` at
  /// first, and the time. Where the frame's time goes back, everything begins anew.
  mutating func update(
    _ frame: TrackedFrame, _ smooth: (_ pose: Pose, _ past: inout Past?, _ now: Double) -> Pose
  ) -> TrackedFrame {
    if clock.advance(to: frame.time) == .restarted { (pasts, lastSeen) = ([:], [:]) }
    let now = clock.now ?? 0
    var frame = frame
    for index in frame.people.indices where frame.people[index].isShown {
      guard let id = frame.people[index].trackID else { continue }
      let raw = frame.people[index].pose
      frame.people[index].pose = smooth(raw, &pasts[id], now)
      lastSeen[id] = now
      if frame.people[index].state == .detected { frame.people[index].raw = frame.people[index].raw ?? raw }
    }
    if pasts.count > 2 * frame.people.count + 16 {
      lastSeen = lastSeen.filter { now - $0.value <= longestPause }
      pasts = pasts.filter { lastSeen[$0.key] != nil }
    }
    return frame
  }
}

/// A pose as a row of coordinates to smooth: the box's corners, then x and y of each keypoint, in pixels.
struct PoseSignals: Hashable {
  var values: [Double]
  /// Half the box's diagonal in pixels.
  let size: Double

  init(_ pose: Pose) {
    let box = pose.box
    values = [box.x1, box.y1, box.x2, box.y2].map(Double.init)
    values.reserveCapacity(4 + 2 * pose.keypoints.count)
    for keypoint in pose.keypoints {
      values.append(Double(keypoint.x))
      values.append(Double(keypoint.y))
    }
    let (width, height) = (Double(box.width), Double(box.height))
    let diagonal = (width * width + height * height).squareRoot()
    size = diagonal.isFinite ? max(1, diagonal / 2) : 1
  }

  /// A pose's place in the row taken by other coordinates.
  init(_ pose: Pose, values: [Double]) {
    self.init(pose)
    for index in values.indices where values[index].isFinite && index < self.values.count {
      self.values[index] = values[index]
    }
  }

  /// The pose with these coordinates.
  func applied(to pose: Pose) -> Pose {
    var pose = pose
    pose.box = Box(x1: Float(values[0]), y1: Float(values[1]), x2: Float(values[2]), y2: Float(values[3]))
    for index in pose.keypoints.indices where 5 + 2 * index < values.count {
      pose.keypoints[index].x = Float(values[4 + 2 * index])
      pose.keypoints[index].y = Float(values[5 + 2 * index])
    }
    return pose
  }
}

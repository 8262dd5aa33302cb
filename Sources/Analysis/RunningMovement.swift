import Foundation
import Kapao

/// How people move on the floor from what has been seen so far, for pictures and live streams; `Movement` knows what comes after, too, and
/// is more exact.
///
/// Position and speed are those of a straight line through the last positions, weighed by half a Gaussian of `width` seconds,
/// so that they lag behind by about as much. A position out of human reach counts only when the next one is near it.
package struct RunningMovement: Sendable {
  /// Somebody now.
  package struct State: Hashable, Sendable {
    /// Seconds.
    package var time: Double
    /// Metres.
    package var position: Point2
    /// Metres a second; `nil` for the first half second.
    package var speed: Double?
    /// Metres since the first sight, without what was not seen.
    package var distance: Double
    /// The court's zones by set, for example `thirds`: `front third`; for squash also `base`: `on the T`, within a metre.
    package var zones: [String: String]

    /// Somebody at a time.
    package init(time: Double, position: Point2, speed: Double?, distance: Double, zones: [String: String]) {
      self.time = time
      self.position = position
      self.speed = speed
      self.distance = distance
      self.zones = zones
    }
  }

  private struct Track {
    var found: [Movement.Found] = []
    var doubtful: Movement.Found?
    var distance = 0.0
    var last: State?
  }

  private let calibration: CourtCalibration
  private let zonesBySet: [String: [Court.Zone]]
  private let body: Body
  private let width: Double
  private let settings: Movement.Settings
  private var tracks: [Int: Track] = [:]
  private var trails: [Int: [(time: Double, point: Point2)]] = [:]
  private let trailSeconds: Double

  /// - Parameters:
  ///   - width: Standard deviation of the smoothing in time, seconds.
  ///   - trailSeconds: For how long ways are kept for drawing.
  package init(
    calibration: CourtCalibration, body: Body, width: Double = 0.3,
    settings: Movement.Settings = .init(), trailSeconds: Double = 3
  ) {
    self.calibration = calibration
    zonesBySet = Dictionary(grouping: calibration.court.zones, by: \.set)
    self.body = body
    self.width = width
    self.settings = settings
    self.trailSeconds = trailSeconds
  }

  /// Takes one frame's people who have a track; gives those who are in play, by track.
  package mutating func update(_ people: [Int: BodySample], at time: Double) -> [Int: State] {
    var states: [Int: State] = [:]
    for (track, sample) in people {
      guard let place = FloorPosition(of: sample, body: body, calibration: calibration),
        calibration.court.isInPlay(place.point)
      else { continue }
      let found = Movement.Found(
        frame: sample.frame, time: time, point: place.point, uncertainty: place.uncertainty)
      states[track] = update(found, track: track)
    }
    // Who has been away for a minute is somebody new to the numbers that go on.
    tracks = tracks.filter { time - ($0.value.found.last?.time ?? time) < 60 }
    for (track, state) in states { trails[track, default: []].append((time, state.position)) }
    trails = trails.compactMapValues { way in
      let kept = way.drop { time - $0.time > trailSeconds || $0.time > time }
      return kept.isEmpty ? nil : Array(kept)
    }
    return states
  }

  /// The way of a track over the last seconds, metres, in pieces that were seen without a gap.
  package func trail(of track: Int) -> [[Point2]] {
    var pieces: [[Point2]] = []
    var last: Double?
    for (time, point) in trails[track] ?? [] {
      if let last, time - last <= settings.longestGap {
        pieces[pieces.count - 1].append(point)
      } else {
        pieces.append([point])
      }
      last = time
    }
    return pieces
  }

  private mutating func update(_ found: Movement.Found, track number: Int) -> State? {
    var track = tracks[number] ?? Track()
    defer { tracks[number] = track }
    if let last = track.found.last {
      if found.time - last.time > settings.longestGap || found.time < last.time {
        track.found = []
        track.last = nil
        track.doubtful = nil
      } else if !settings.canReach(from: last, to: found) {
        guard let doubtful = track.doubtful, settings.canReach(from: doubtful, to: found) else {
          track.doubtful = found
          return nil
        }
        track.found = [doubtful]
        track.last = nil
      }
    }
    track.doubtful = nil
    track.found.append(found)
    track.found.removeAll { found.time - $0.time > 3 * width }
    let line = Self.line(track.found, at: found.time, width: width)
    let isLong = found.time - track.found[0].time >= 0.5 && track.found.count >= 5
    let speed = isLong ? line.map { min($0.velocity.length, settings.fastest) } : nil
    if let speed, let last = track.last, let before = last.speed {
      let mean = (speed + before) / 2
      if mean > settings.standing { track.distance += mean * (found.time - last.time) }
    }
    let position = isLong ? line?.point ?? found.point : found.point
    let state = State(
      time: found.time, position: position, speed: speed, distance: track.distance, zones: zones(at: position))
    track.last = state
    return state
  }

  private func zones(at position: Point2) -> [String: String] {
    var zones = zonesBySet.compactMapValues { zones in zones.first { $0.contains(position) }?.name }
    if let base = calibration.court.base, (position - base).length <= Self.baseRadius { zones["base"] = "on the T" }
    return zones
  }

  /// Metres from the T within which a player is on it.
  private static let baseRadius = 1.0

  private static func line(
    _ found: [Movement.Found], at time: Double, width: Double
  ) -> (point: Point2, velocity: Point2)? {
    var (s0, s1, s2) = (0.0, 0.0, 0.0)
    var (b0, b1) = (Point2(0, 0), Point2(0, 0))
    for one in found {
      let t = one.time - time
      let weight = exp(-t * t / (2 * width * width))
      (s0, s1, s2) = (s0 + weight, s1 + weight * t, s2 + weight * t * t)
      b0 = b0 + one.point * weight
      b1 = b1 + one.point * (weight * t)
    }
    let determinant = s0 * s2 - s1 * s1
    guard determinant > 1e-12 * s0 else { return nil }
    return ((b0 * s2 - b1 * s1) * (1 / determinant), (b1 * s0 - b0 * s1) * (1 / determinant))
  }
}

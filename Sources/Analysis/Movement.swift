import Foundation

/// How a player moves on the floor: smoothed positions, speed, acceleration and distance, in metres and seconds.
///
/// Positions are cut into pieces where nobody was seen for longer than `longestGap`, or where a step would be faster than
/// `fastest`; nothing is measured across. A position that alone lies out of human reach of both its neighbours is
/// dropped. Within a piece, around each time a parabola is fitted to the positions weighed by a Gaussian of `width` seconds:
/// its value, slope and curvature are position, velocity and acceleration, whatever the distance between frames. Less than
/// half of `width` from an end, where a parabola would swing with the noise, it is a straight line. Where a piece is shorter
/// than `width` there is no speed.
package struct Movement: Sendable {
  /// What is assumed.
  package struct Settings: Hashable, Sendable, Codable {
    /// Standard deviation of the smoothing in time, seconds.
    package var width = 0.22
    /// Seconds without a position that are bridged.
    package var longestGap = 0.4
    /// Metres a second that no player reaches.
    package var fastest = 11.0
    /// Metres a second below which a player stands, and no distance is counted.
    package var standing = 0.15

    /// The defaults.
    package init() {}

    /// Whether somebody can go from one place to the other in the time between, as far as they are known.
    func canReach(from a: Found, to b: Found) -> Bool { Movement.speed(a, b) <= fastest }
  }

  /// A player at one time. Hours of them are kept: 64 bytes.
  package struct State: Hashable, Sendable {
    /// Seconds.
    package let time: Double
    /// Smoothed position, metres.
    package let position: Point2
    /// Metres since the first position, without what was not seen.
    package fileprivate(set) var distance: Double
    /// Seconds that this position stands for: half of the way to its neighbours.
    package let duration: Double
    private let knownSpeed: Double
    private let knownAcceleration: Float
    private let spread: Float
    private let number: Int32
    private let part: Int32

    fileprivate init(
      _ found: Found, position: Point2, speed: Double?, acceleration: Double?, distance: Double, duration: Double,
      piece: Int
    ) {
      time = found.time
      self.position = position
      self.distance = distance
      self.duration = duration
      knownSpeed = speed ?? .nan
      knownAcceleration = acceleration.map(Float.init) ?? .nan
      spread = found.spread
      number = found.number
      part = Int32(clamping: piece)
    }

    /// The frame's number.
    package var frame: Int { Int(number) }
    /// Metres a second; `nil` where a piece is too short.
    package var speed: Double? { knownSpeed.isNaN ? nil : knownSpeed }
    /// Change of speed, metres a second squared.
    package var acceleration: Double? { knownAcceleration.isNaN ? nil : Double(knownAcceleration) }
    /// The number of the piece, from 0.
    package var piece: Int { Int(part) }
    /// Standard deviation of the position as it was found, metres.
    package var uncertainty: Double { Double(spread) }
  }

  /// A position as it was found. Hours of everybody's are kept: 32 bytes.
  package struct Found: Hashable, Sendable {
    /// Seconds.
    package let time: Double
    /// Metres.
    package var point: Point2
    fileprivate let spread: Float
    fileprivate let number: Int32

    /// A position.
    package init(frame: Int, time: Double, point: Point2, uncertainty: Double) {
      self.time = time
      self.point = point
      spread = Float(uncertainty)
      number = Int32(clamping: frame)
    }

    /// Standard deviation, metres.
    package var uncertainty: Double { Double(spread) }
  }

  /// Player by time, in order.
  package private(set) var states: [State] = []
  /// Positions that were dropped as out of human reach.
  package private(set) var dropped = 0

  /// Works a player's positions out, which come in order of time.
  package init(_ found: some Sequence<Found>, settings: Settings = Settings()) {
    let kept: [Found]
    (kept, dropped) = Self.withinReach(found, settings: settings)
    states.reserveCapacity(kept.count)
    var start = 0
    var piece = 0
    var distance = 0.0
    for index in kept.indices.dropFirst() + [kept.count] where index > 0 {
      let ends =
        index == kept.count || kept[index].time - kept[index - 1].time > settings.longestGap
        || !settings.canReach(from: kept[index - 1], to: kept[index])
      guard ends else { continue }
      distance = append(kept[start..<index], piece: piece, distance: distance, settings: settings)
      piece += 1
      start = index
    }
  }

  fileprivate static func speed(_ a: Found, _ b: Found) -> Double {
    // Two positions less than a frame's time apart may lie as far apart as noise puts them.
    let noise = 3 * (a.uncertainty * a.uncertainty + b.uncertainty * b.uncertainty).squareRoot()
    return max((b.point - a.point).length - noise, 0) / max(b.time - a.time, 1e-3)
  }

  private static func withinReach(
    _ found: some Sequence<Found>, settings: Settings
  ) -> (kept: [Found], dropped: Int) {
    var kept: [Found] = []
    kept.reserveCapacity(found.underestimatedCount)
    var (dropped, before, now) = (0, Found?.none, Found?.none)
    for next in found {
      if let now {
        let isOut =
          before.map {
            !settings.canReach(from: $0, to: now) && !settings.canReach(from: now, to: next)
              && settings.canReach(from: $0, to: next)
          } ?? false
        if isOut { dropped += 1 } else { kept.append(now) }
      }
      (before, now) = (now, next)
    }
    if let now { kept.append(now) }
    return (kept, dropped)
  }

  private mutating func append(
    _ found: ArraySlice<Found>, piece: Int, distance: Double, settings: Settings
  ) -> Double {
    var distance = distance
    let isLong = (found.last?.time ?? 0) - (found.first?.time ?? 0) >= settings.width && found.count >= 5
    var first = found.startIndex
    var previous: State?
    for index in found.indices {
      let now = found[index]
      while found[first].time < now.time - 3 * settings.width { first += 1 }
      let margin = min(now.time - found[found.startIndex].time, found[found.endIndex - 1].time - now.time)
      let fit =
        isLong
        ? Self.fit(found[first...], at: now.time, width: settings.width, bent: margin >= settings.width / 2) : nil
      let velocity = fit.map { Point2($0.x.1, $0.y.1) }
      let speed = velocity.map { min($0.length, settings.fastest) }
      var acceleration: Double?
      if let fit, let velocity, let speed, speed > settings.standing {
        acceleration = 2 * (velocity.x * fit.x.2 + velocity.y * fit.y.2) / speed
      }
      let before = index > found.startIndex ? (now.time - found[index - 1].time) / 2 : 0
      let after = index + 1 < found.endIndex ? (found[index + 1].time - now.time) / 2 : 0
      var state = State(
        now, position: fit.map { Point2($0.x.0, $0.y.0) } ?? now.point, speed: speed, acceleration: acceleration,
        distance: distance, duration: before + after, piece: piece)
      if let previous, let speed, let last = previous.speed {
        let mean = (speed + last) / 2
        if mean > settings.standing { distance += mean * (now.time - previous.time) }
        state.distance = distance
      }
      states.append(state)
      previous = state
    }
    return distance
  }

  /// Value, slope and half the curvature of x and y at a time, by weighed least squares; `nil` where too few positions are near.
  private static func fit(
    _ found: ArraySlice<Found>, at time: Double, width: Double, bent: Bool
  ) -> (x: (Double, Double, Double), y: (Double, Double, Double))? {
    var s = (0.0, 0.0, 0.0, 0.0, 0.0)
    var (bx, by) = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    var count = 0
    for position in found {
      let t = position.time - time
      guard t <= 3 * width else { break }
      let weight = exp(-t * t / (2 * width * width))
      let (t2, x, y) = (t * t, position.point.x, position.point.y)
      s = (s.0 + weight, s.1 + weight * t, s.2 + weight * t2, s.3 + weight * t2 * t, s.4 + weight * t2 * t2)
      bx = (bx.0 + weight * x, bx.1 + weight * t * x, bx.2 + weight * t2 * x)
      by = (by.0 + weight * y, by.1 + weight * t * y, by.2 + weight * t2 * y)
      count += 1
    }
    guard count >= 4 else { return nil }
    if !bent {
      let determinant = s.0 * s.2 - s.1 * s.1
      guard determinant > 1e-15 * s.0 else { return nil }
      func line(_ b: (Double, Double, Double)) -> (Double, Double, Double) {
        ((b.0 * s.2 - b.1 * s.1) / determinant, (s.0 * b.1 - s.1 * b.0) / determinant, 0)
      }
      return (line(bx), line(by))
    }
    let determinant =
      s.0 * (s.2 * s.4 - s.3 * s.3) - s.1 * (s.1 * s.4 - s.3 * s.2) + s.2 * (s.1 * s.3 - s.2 * s.2)
    guard determinant > 1e-15 * s.0 else { return nil }
    func solve(_ b: (Double, Double, Double)) -> (Double, Double, Double) {
      let c0 = b.0 * (s.2 * s.4 - s.3 * s.3) - s.1 * (b.1 * s.4 - s.3 * b.2) + s.2 * (b.1 * s.3 - s.2 * b.2)
      let c1 = s.0 * (b.1 * s.4 - b.2 * s.3) - b.0 * (s.1 * s.4 - s.3 * s.2) + s.2 * (s.1 * b.2 - b.1 * s.2)
      let c2 = s.0 * (s.2 * b.2 - s.3 * b.1) - s.1 * (s.1 * b.2 - b.1 * s.2) + b.0 * (s.1 * s.3 - s.2 * s.2)
      return (c0 / determinant, c1 / determinant, c2 / determinant)
    }
    return (solve(bx), solve(by))
  }
}

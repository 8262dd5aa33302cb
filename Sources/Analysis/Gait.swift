import Foundation

/// Strides and steps of somebody who is seen from the side, from ankles and hips (Zeni, Richards and Higginson 2008).
///
/// A foot strikes the floor where its ankle is furthest before the hips, and leaves it where it is furthest behind.
/// COCO's keypoints have neither heel nor toe: contacts are estimates, about a tenth of a stride early or late.
package struct Gait: Hashable, Sendable, Codable {
  /// A foot.
  package enum Side: String, Sendable, Codable, CaseIterable { case left, right }

  /// One frame of what is measured.
  package struct Sample: Sendable {
    /// Seconds.
    package var time: Double
    /// Left ankle on the floor: px, or metres where the scale is known; y up or down.
    package var left: Point2?
    /// Right ankle on the floor.
    package var right: Point2?
    /// The middle of the hips.
    package var hip: Point2
    /// The way that the person faces: 1 to the right of the picture, −1 to the left, 0 neither.
    package var direction: Double

    /// A frame.
    package init(time: Double, left: Point2?, right: Point2?, hip: Point2, direction: Double) {
      self.time = time
      self.left = left
      self.right = right
      self.hip = hip
      self.direction = direction
    }

    func ankle(_ side: Side) -> Point2? { side == .left ? left : right }
  }

  /// From one strike of a foot to its next.
  package struct Stride: Hashable, Sendable, Codable {
    /// The foot.
    package var side: Side
    /// When it strikes, seconds.
    package var start: Double
    /// When it leaves the floor, seconds.
    package var toeOff: Double
    /// When it strikes again, seconds.
    package var end: Double
    /// Seconds from the other foot's strike before to this one's; `nil` for the first.
    package var stepTime: Double?
    /// From the other ankle to this one when this one strikes, in the unit of the positions.
    package var stepLength: Double?
    /// From the ankle's place at one strike to that at the next, in the unit of the positions.
    package var length: Double
    /// Way of the hips over the time, in the unit of the positions a second.
    package var speed: Double

    /// Seconds.
    package var time: Double { end - start }
    /// Steps a minute.
    package var cadence: Double { 120 / time }
    /// Share of the time with the foot on the floor.
    package var stance: Double { (toeOff - start) / time }
  }

  /// In order of their start.
  package private(set) var strides: [Stride] = []

  /// Finds the strides in frames in order of time.
  ///
  /// - Parameter longestGap: Seconds without ankle or hip over which no stride goes.
  package init(_ samples: [Sample], longestGap: Double = 0.3) {
    // Pieces in which the person faces one way.
    var start = 0
    for index in samples.indices.dropFirst() + [samples.count] where index > 0 {
      let ends =
        index == samples.count || samples[index].direction != samples[index - 1].direction
        || samples[index].time - samples[index - 1].time > longestGap
      guard ends else { continue }
      if samples[start].direction != 0 { append(Array(samples[start..<index])) }
      start = index
    }
    strides.sort { $0.start < $1.start }
  }

  private struct Contacts {
    var strikes: [(time: Double, ankle: Point2, other: Point2?, hip: Point2)] = []
    var toeOffs: [Double] = []
  }

  private mutating func append(_ samples: [Sample]) {
    var found: [Side: Contacts] = [:]
    for side in Side.allCases { found[side] = Self.contacts(samples, side) }
    for side in Side.allCases {
      guard let own = found[side], let other = found[side == .left ? .right : .left] else { continue }
      for (a, b) in zip(own.strikes, own.strikes.dropFirst()) {
        // A stride has one toe-off, and one strike of the other foot somewhere in its middle; anything else is a poor pose.
        let toeOffs = own.toeOffs.filter { $0 > a.time && $0 < b.time }
        let others = other.strikes.filter { $0.time > a.time && $0.time < b.time }
        let time = b.time - a.time
        guard toeOffs.count == 1, others.count == 1, (0.4...3).contains(time),
          (0.2...0.8).contains((others[0].time - a.time) / time)
        else { continue }
        let before = other.strikes.last { $0.time < a.time && a.time - $0.time < time }
        // At a strike the feet are apart.
        let (stepLength, length) = (a.other.map { abs(a.ankle.x - $0.x) }, abs(b.ankle.x - a.ankle.x))
        guard before.map({ (0.2...0.8).contains((a.time - $0.time) / time) }) ?? true,
          stepLength.map({ $0 >= 0.15 * length }) ?? true
        else { continue }
        strides.append(
          Stride(
            side: side, start: a.time, toeOff: toeOffs[0], end: b.time, stepTime: before.map { a.time - $0.time },
            stepLength: stepLength, length: length,
            speed: abs(b.hip.x - a.hip.x) / (b.time - a.time)))
      }
    }
  }

  private static func contacts(_ samples: [Sample], _ side: Side) -> Contacts {
    let known = samples.filter { $0.ankle(side) != nil }
    let reach = known.map { sample in
      (time: sample.time, value: ((sample.ankle(side)?.x ?? 0) - sample.hip.x) * sample.direction)
    }
    let smooth = smoothed(reach, width: 0.03)
    let sorted = smooth.map(\.value).sorted()
    guard sorted.count > 3 else { return Contacts() }
    let span = sorted[sorted.count * 95 / 100] - sorted[sorted.count * 5 / 100]
    guard span > 0 else { return Contacts() }
    let turns = TurningPoints(smooth.map(\.value), least: 0.4 * span)
    var contacts = Contacts()
    contacts.toeOffs = turns.lows.map { smooth[$0].time }
    // Where the person comes into sight is no strike.
    for index in turns.highs where index > 0 {
      let sample = known[index]
      guard let ankle = sample.ankle(side) else { continue }
      contacts.strikes.append((sample.time, ankle, sample.ankle(side == .left ? .right : .left), sample.hip))
    }
    return contacts
  }

  private static func smoothed(_ series: [(time: Double, value: Double)], width: Double) -> [(
    time: Double, value: Double
  )] {
    var first = 0
    return series.map { now in
      while series[first].time < now.time - 3 * width { first += 1 }
      var (sum, weights) = (0.0, 0.0)
      for other in series[first...] {
        let t = (other.time - now.time) / width
        guard t <= 3 else { break }
        let weight = exp(-t * t / 2)
        (sum, weights) = (sum + weight * other.value, weights + weight)
      }
      return (now.time, sum / weights)
    }
  }
}

/// Means over strides.
package struct GaitSummary: Hashable, Sendable, Codable {
  /// Means over one foot's strides.
  package struct Foot: Hashable, Sendable, Codable {
    /// Strides.
    package var strides: Int
    /// Seconds.
    package var strideTime: Double
    /// Seconds.
    package var stepTime: Double?
    /// Share of the stride with the foot on the floor.
    package var stance: Double
    /// Metres, where the scale is known.
    package var strideLength: Double?
    /// Metres, where the scale is known.
    package var stepLength: Double?
  }

  /// Steps a minute.
  package var cadence: Double
  /// Standard deviation of the stride's time, seconds.
  package var strideTimeDeviation: Double
  /// Metres a second, where the scale is known.
  package var speed: Double?
  /// Step time of the left foot over that of the right.
  package var symmetry: Double?
  /// Left foot.
  package var left: Foot?
  /// Right foot.
  package var right: Foot?

  /// `nil` without strides.
  ///
  /// - Parameter isMetric: Whether positions are metres.
  package init?(_ gait: Gait, isMetric: Bool) {
    let strides = gait.strides
    guard !strides.isEmpty else { return nil }
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    func foot(_ side: Gait.Side) -> Foot? {
      let own = strides.filter { $0.side == side }
      guard let time = mean(own.map(\.time)), let stance = mean(own.map(\.stance)) else { return nil }
      return Foot(
        strides: own.count, strideTime: time, stepTime: mean(own.compactMap(\.stepTime)), stance: stance,
        strideLength: isMetric ? mean(own.map(\.length)) : nil,
        stepLength: isMetric ? mean(own.compactMap(\.stepLength)) : nil)
    }
    left = foot(.left)
    right = foot(.right)
    let times = strides.map(\.time)
    let time = mean(times) ?? 0
    cadence = 120 / time
    strideTimeDeviation = (mean(times.map { ($0 - time) * ($0 - time) }) ?? 0).squareRoot()
    speed = isMetric ? mean(strides.map(\.speed)) : nil
    if let l = left?.stepTime, let r = right?.stepTime, r > 0 { symmetry = l / r }
  }
}

import Foundation

/// Repetitions of a movement in the series of an angle: squats, curls, strides of a bicycle.
///
/// A repetition goes from one low to the next over a high between them. Lows and highs count where the angle turns back by at
/// least `range` degrees, so that trembling does not.
package struct Repetitions: Hashable, Sendable, Codable {
  /// One repetition.
  package struct Repetition: Hashable, Sendable, Codable {
    /// When it begins, seconds.
    package var start: Double
    /// When the angle is greatest, seconds.
    package var top: Double
    /// When it ends, seconds.
    package var end: Double
    /// Smallest angle on the way, degrees.
    package var low: Double
    /// Greatest angle, degrees.
    package var high: Double
    /// Degrees from the lower of both lows to the high.
    package var range: Double { high - low }
    /// Seconds.
    package var duration: Double { end - start }
  }

  /// In order.
  package private(set) var all: [Repetition] = []

  /// Finds the repetitions of a series, which comes in order of time.
  ///
  /// - Parameters:
  ///   - series: Seconds and degrees.
  ///   - range: The least change of the angle, degrees; by default 40 % of the span between the 5th and 95th percentile, and
  ///     at least 15°.
  ///   - longestGap: Seconds without a value over which no repetition goes.
  package init(_ series: [(time: Double, angle: Double)], range: Double? = nil, longestGap: Double = 0.5) {
    guard series.count > 3 else { return }
    let sorted = series.map(\.angle).sorted()
    let span = sorted[sorted.count * 95 / 100] - sorted[sorted.count * 5 / 100]
    let least = range ?? max(0.4 * span, 15)
    var start = 0
    for index in series.indices.dropFirst() + [series.count]
    where index == series.count || series[index].time - series[index - 1].time > longestGap {
      append(series[start..<index], least: least)
      start = index
    }
  }

  private mutating func append(_ series: ArraySlice<(time: Double, angle: Double)>, least: Double) {
    let turns = TurningPoints(series.map(\.angle), least: least)
    let at = { (index: Int) in series[series.startIndex + index] }
    for (a, b) in zip(turns.lows, turns.lows.dropFirst()) {
      guard let top = turns.highs.filter({ $0 > a && $0 < b }).max(by: { at($0).angle < at($1).angle }) else {
        continue
      }
      all.append(
        Repetition(
          start: at(a).time, top: at(top).time, end: at(b).time, low: min(at(a).angle, at(b).angle),
          high: at(top).angle))
    }
  }
}

/// Lows and highs of a series by hysteresis: the extreme since the last one counts when the value has come back by `least`.
struct TurningPoints {
  /// Indices, ascending.
  private(set) var lows: [Int] = []
  /// Indices, ascending.
  private(set) var highs: [Int] = []

  init(_ values: [Double], least: Double) {
    var (lowest, highest) = (0, 0)
    var rising: Bool?
    for (index, value) in values.enumerated() {
      if value > values[highest] { highest = index }
      if value < values[lowest] { lowest = index }
      if rising != false, values[highest] - value >= least {
        if rising == nil, let before = (0...highest).min(by: { values[$0] < values[$1] }),
          values[highest] - values[before] >= least
        {
          lows.append(before)
        }
        highs.append(highest)
        (rising, lowest) = (false, index)
      } else if rising != true, value - values[lowest] >= least {
        lows.append(lowest)
        (rising, highest) = (true, index)
      }
    }
    // The series ends on its way down: its lowest value is the end of a repetition.
    if rising == false { lows.append(lowest) }
  }
}

import Kapao
import Support

/// All people of a run, by identity: for formats whose columns or files are known only at the end.
///
/// It takes 12 bytes for each point of each person in each frame: an hour of two people at 30 frames a second is 44 MB.
package struct PoseHistory: Sendable {
  /// A frame's number and time.
  package struct Frame: Hashable, Sendable {
    /// Number from 0.
    package let index: Int
    /// Presentation time in seconds, rounded to microseconds as in the native CSV.
    package let time: Double
  }

  /// The frames, in order.
  package private(set) var frames: [Frame] = []
  private var histories: [PersonIdentity: PersonHistory] = [:]
  private let pointCount: Int

  /// Whether a format with a row for every frame, seen or not, would hold little else: more than a million frames are missing,
  /// and a hundred for each that is there. That is no gap but a slip in a number, and the rows would fill memory or disk.
  package static func isSlip(missing: Int, present: Int) -> Bool { missing > 1_000_000 + 100 * present }

  /// A history of people with `pointCount` points each.
  package init(pointCount: Int) { self.pointCount = pointCount }

  /// Adds a frame; `points` makes the points of a person.
  package mutating func append(
    _ record: FrameRecord, context: ExportContext, points: (ExportedPerson) -> [ExportedPoint?]
  ) {
    let position = frames.count
    frames.append(Frame(index: record.index, time: record.time.rounded(decimals: 6)))
    let people = record.people.map { ExportedPerson($0, context: context) }
    let ranks = people.indices.filter { people[$0].trackID == nil }
      .sorted { (people[$1].score, $0) < (people[$0].score, $1) }
    for (index, person) in people.enumerated() {
      let identity = person.trackID.map { PersonIdentity.track($0) } ?? .rank(ranks.firstIndex(of: index) ?? 0)
      histories[identity, default: PersonHistory(pointCount: pointCount)].append(points(person), position: position)
    }
  }

  /// The people in the order of their identities. Where anyone was tracked, those without a track are bystanders that
  /// the tracker left aside, and are left out.
  package var people: [(identity: PersonIdentity, history: PersonHistory)] {
    let isTracked = histories.keys.contains { if case .track = $0 { true } else { false } }
    return histories.filter { entry in
      if case .track = entry.key { return true }
      return !isTracked
    }
    .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}

/// The frame rate of frames whose source states none, from their times.
package enum MeanFrameRate {
  /// Frames per second of frames at `times` in seconds, ascending: the standard rate that places every frame where it is
  /// but for the rounding of the times, which are multiples of a millisecond (as Matroska has them) or a microsecond; where
  /// there is none, the mean. 1 for fewer than two frames.
  package static func of(_ times: [Double]) -> Double {
    guard let first = times.first, let last = times.last, last > first else { return 1 }
    let mean = Double(times.count - 1) / (last - first)
    let isInMilliseconds = times.allSatisfy { abs($0 * 1e3 - ($0 * 1e3).rounded()) < 1e-6 }
    let tolerance = (isInMilliseconds ? 1e-3 : 1e-6) * 1.001 + 1e-15 * abs(last)
    /// Between the frame that is latest and the one that is earliest against the rate.
    func spread(_ rate: Double) -> Double {
      guard rate > 0 else { return .infinity }
      let offsets = times.enumerated().map { $1 - Double($0) / rate }
      return offsets.max()! - offsets.min()!
    }
    func fits(_ rate: Double) -> Bool { spread(rate) <= tolerance }
    // Whole rates and those of broadcasting, which are 1000/1001 of them, before other simple fractions.
    let usual = [mean.rounded(), (mean * 1.001).rounded() / 1.001].filter(fits)
    let fractions = (2...12).lazy.map { (mean * Double($0)).rounded() / Double($0) }
    return usual.min { spread($0) < spread($1) } ?? fractions.first(where: fits) ?? mean
  }
}

/// One person's points over a run.
package struct PersonHistory: Sendable {
  /// The frames that the person is in, as positions among the frames of the run, ascending.
  package private(set) var positions: [Int] = []
  private let pointCount: Int
  /// x, y and confidence of each point of each of those frames; NaN where a point is missing.
  private var values: [Float] = []

  /// A person with `pointCount` points who has not been seen yet.
  package init(pointCount: Int) { self.pointCount = pointCount }

  /// Adds a frame.
  package mutating func append(_ points: [ExportedPoint?], position: Int) {
    guard positions.last != position else { return }
    positions.append(position)
    for point in points {
      values.append(point.map { Float($0.x) } ?? .nan)
      values.append(point.map { Float($0.y) } ?? .nan)
      values.append(point.map { Float($0.confidence) } ?? .nan)
    }
  }

  /// A point in the `row`th of the person's frames.
  package func point(_ index: Int, row: Int) -> ExportedPoint? {
    let start = (row * pointCount + index) * 3
    guard !values[start].isNaN else { return nil }
    return ExportedPoint(
      x: Double(values[start]), y: Double(values[start + 1]), confidence: Double(values[start + 2]))
  }
}

/// Who a person is, from one frame to the next.
package enum PersonIdentity: Hashable, Comparable, Sendable {
  /// The identity that a tracker gave.
  case track(Int)
  /// Without tracking: the rank by score in the frame, from 0, which may be someone else in every frame.
  case rank(Int)

  /// For example `track3` or `rank0`.
  package var name: String {
    switch self {
    case .track(let number): "track\(number)"
    case .rank(let number): "rank\(number)"
    }
  }

  /// The track or the rank.
  package var number: Int {
    switch self {
    case .track(let number), .rank(let number): number
    }
  }

  /// What the file of one person has after the common part of its name, for example `_person01`.
  package var fileSuffix: String {
    "_person" + ((0..<10).contains(number) ? "0" : "") + String(number)
  }
}

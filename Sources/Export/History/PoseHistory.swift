import Kapao

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

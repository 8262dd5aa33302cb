import Foundation
import Kapao

/// The colours of somebody's clothes: the mean of the torso and of the thighs.
package struct ClothingColour: Hashable, Sendable {
  /// Luma and chroma (0…255) of the torso, then of the thighs.
  package var values: [Double]

  /// Colours of both parts.
  package init(values: [Double]) { self.values = values }

  /// How different two are; luma counts half, as it changes with the light. Above 30 they are different clothes.
  func distance(to other: ClothingColour) -> Double {
    let squares = zip(values, other.values).enumerated().map { index, pair in
      (index % 3 == 0 ? 0.25 : 1) * (pair.0 - pair.1) * (pair.0 - pair.1)
    }
    return (squares.reduce(0, +) / Double(max(squares.count / 3, 1))).squareRoot()
  }
}

/// Finds which tracks are one person who was lost and found again.
///
/// A track may go on where another ended at most `longestGap` seconds before, where the person was of about the same size,
/// no further away than they can go in that time, and in clothes of the same colours where these are known. The pair
/// that fits best is joined first; each track has one that goes before it and one that follows, at most.
package struct TrackJoiner: Sendable {
  /// Limits of what can be one person.
  package struct Settings: Hashable, Sendable {
    /// Seconds without the person.
    package var longestGap = 5.0
    /// Body heights a second that a person goes at most.
    package var fastest = 3.0
    /// The larger box height over the smaller.
    package var sizeRatio = 1.5
    /// Largest difference of the colours of clothes.
    package var colour = 30.0

    /// The defaults.
    package init() {}
  }

  private struct Track {
    var first: [BodyPlace] = []
    var last: [BodyPlace] = []
    var colours: [ClothingColour] = []
  }

  private struct BodyPlace {
    var time: Double
    var point: Point2
    var height: Double
  }

  /// Seconds over which place, size and velocity at an end are taken.
  private static let end = 0.4

  private let body: Body
  private let settings: Settings
  private var tracks: [Int: Track] = [:]

  /// A joiner for the tracks of one video.
  package init(body: Body, settings: Settings = Settings()) {
    self.body = body
    self.settings = settings
  }

  /// Takes somebody in one frame, in order of time.
  package mutating func add(_ sample: BodySample, track: Int, clothing: ClothingColour?) {
    let box = sample.box
    let middle = Point2(Double(box.x1 + box.x2) / 2, Double(box.y1 + box.y2) / 2)
    let place = BodyPlace(
      time: sample.time, point: body.position(.hip, in: sample.keypoints) ?? middle, height: max(Double(box.height), 1))
    var own = tracks[track] ?? Track()
    if own.first.first.map({ sample.time - $0.time <= Self.end }) ?? true { own.first.append(place) }
    own.last.append(place)
    own.last.removeAll { sample.time - $0.time > Self.end }
    if let clothing { own.colours.append(clothing) }
    tracks[track] = own
  }

  /// Tracks that are one person, in order of time, of two or more.
  package var joined: [[Int]] {
    struct Pair {
      var before: Int
      var after: Int
      var cost: Double
    }
    var pairs: [Pair] = []
    for (before, a) in tracks {
      for (after, b) in tracks where before != after {
        if let cost = cost(a, b) { pairs.append(Pair(before: before, after: after, cost: cost)) }
      }
    }
    pairs.sort { ($0.cost, $0.before, $0.after) < ($1.cost, $1.before, $1.after) }
    var next: [Int: Int] = [:]
    var previous: [Int: Int] = [:]
    for pair in pairs where next[pair.before] == nil && previous[pair.after] == nil {
      next[pair.before] = pair.after
      previous[pair.after] = pair.before
    }
    return next.keys.filter { previous[$0] == nil }.sorted().map { start in
      var chain = [start]
      while let track = chain.last.flatMap({ next[$0] }) { chain.append(track) }
      return chain
    }
  }

  /// How poorly `b` goes on where `a` ended; `nil` where it cannot be one person.
  private func cost(_ a: Track, _ b: Track) -> Double? {
    guard let end = a.last.last, let start = b.first.first else { return nil }
    let gap = start.time - end.time
    guard gap > 0, gap <= settings.longestGap else { return nil }
    let heights = (Self.height(a.last), Self.height(b.first))
    let size = (heights.0 + heights.1) / 2
    guard max(heights.0, heights.1) <= settings.sizeRatio * min(heights.0, heights.1) else { return nil }
    // A person who is not seen goes on for about half a second, and then stops or turns.
    let expected = end.point + Self.velocity(a.last) * min(gap, 0.5)
    let way = (start.point - expected).length / size
    guard way <= settings.fastest * gap + 0.3 else { return nil }
    var cost = way / (settings.fastest * gap + 0.3) + 0.2 * gap / settings.longestGap
    if let mine = Self.mean(a.colours), let other = Self.mean(b.colours) {
      let difference = mine.distance(to: other)
      guard difference <= settings.colour else { return nil }
      cost += difference / settings.colour
    }
    return cost
  }

  private static func height(_ places: [BodyPlace]) -> Double {
    let sorted = places.map(\.height).sorted()
    return sorted[sorted.count / 2]
  }

  private static func velocity(_ places: [BodyPlace]) -> Point2 {
    guard let first = places.first, let last = places.last, last.time > first.time else { return Point2(0, 0) }
    return (last.point - first.point) * (1 / (last.time - first.time))
  }

  private static func mean(_ colours: [ClothingColour]) -> ClothingColour? {
    guard let first = colours.first else { return nil }
    return ClothingColour(
      values: first.values.indices.map { index in
        colours.reduce(0) { $0 + $1.values[index] } / Double(colours.count)
      })
  }
}

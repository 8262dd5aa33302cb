import Foundation

/// Whom an analysis is about: which tracks, under which numbers and names.
package struct People: Hashable, Sendable, Codable {
  /// How people are chosen.
  package enum Choice: Hashable, Sendable, Codable {
    /// Everybody who has a track.
    case all
    /// Tracks by number (after merging).
    case tracks([Int])
    /// The one with the largest box, summed over time.
    case largest
    /// The one who is in the most frames.
    case longest
    /// The one whose hips, or box, go the longest way in their own sizes.
    case mostMovement
    /// Those who are on the court for most of their time.
    case onCourt

    /// `2,5`, `all`, `largest`, `longest`, `most-movement` or `on-court`; `nil` for anything else.
    package init?(_ text: String) {
      switch text {
      case "all": self = .all
      case "largest": self = .largest
      case "longest": self = .longest
      case "most-movement": self = .mostMovement
      case "on-court": self = .onCourt
      default:
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
          Int($0.trimmingCharacters(in: .whitespaces))
        }
        guard numbers.allSatisfy({ $0 != nil }) else { return nil }
        self = .tracks(numbers.compactMap { $0 })
      }
    }
  }

  /// Tracks that are one person, with a name: `3+7=Anna`, `3=Anna` or `3+7`.
  package struct Merge: Hashable, Sendable, Codable {
    /// The tracks; the person has the number of the first.
    package var tracks: [Int]
    /// The person's name.
    package var name: String?

    /// Tracks that are one person.
    package init(tracks: [Int], name: String?) {
      self.tracks = tracks
      self.name = name
    }

    /// `nil` where the text is no merge.
    package init?(_ text: String) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = parts[0].split(separator: "+", omittingEmptySubsequences: false).map {
        Int($0.trimmingCharacters(in: .whitespaces))
      }
      guard numbers.allSatisfy({ $0 != nil }), numbers.count > 1 || parts.count > 1 else { return nil }
      tracks = numbers.compactMap { $0 }
      name = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : nil
      guard name?.isEmpty != true, Set(tracks).count == tracks.count else { return nil }
    }
  }

  /// A track that is another person from some time on: `3@61.5=9`.
  package struct Split: Hashable, Sendable, Codable {
    /// The track.
    package var track: Int
    /// Seconds.
    package var time: Double
    /// The number that the track has from then on.
    package var number: Int

    /// A track that is another person from some time on.
    package init(track: Int, time: Double, number: Int) {
      self.track = track
      self.time = time
      self.number = number
    }

    /// `nil` where the text is no split.
    package init?(_ text: String) {
      let parts = text.split(separator: "=", omittingEmptySubsequences: false)
      let front = parts[0].split(separator: "@", omittingEmptySubsequences: false)
      guard parts.count == 2, front.count == 2, let track = Int(front[0]), let time = Double(front[1]), time.isFinite,
        let number = Int(parts[1]), number != track
      else { return nil }
      self.track = track
      self.time = time
      self.number = number
    }
  }

  /// Who is chosen.
  package var choice: Choice
  /// Who is merged and named.
  package var merges: [Merge]
  /// Which tracks are several people one after the other.
  package var splits: [Split]

  /// A choice.
  package init(choice: Choice = .all, merges: [Merge] = [], splits: [Split] = []) {
    self.choice = choice
    self.merges = merges
    self.splits = splits
  }

  /// The number of a track at a time, after splitting.
  package func track(_ track: Int, at time: Double) -> Int {
    splits.filter { $0.track == track && $0.time <= time }.max { $0.time < $1.time }?.number ?? track
  }

  /// The person's number for a track. Where one merge leads to another, it is that of the last.
  package func person(of track: Int) -> Int {
    var person = track
    for merge in merges where merge.tracks.contains(person) { person = merge.tracks[0] }
    return person
  }

  /// The person's name, or else the number.
  package func name(of person: Int) -> String {
    merges.last { $0.tracks.first == person && $0.name != nil }?.name ?? String(person)
  }

  /// Whether a first pass over all poses is needed before it is known who is chosen.
  package var needsStatistics: Bool {
    switch choice {
    case .all, .tracks: false
    case .largest, .longest, .mostMovement, .onCourt: true
    }
  }
}

/// What a choice among people goes by, gathered in one pass.
package struct PeopleStatistics: Sendable {
  private struct Person {
    var frames = 0
    var area = 0.0
    var way = 0.0
    var onCourt = 0
    var last: (point: Point2, size: Double, time: Double)?
  }

  private let people: People
  private let body: Body
  private let calibration: CourtCalibration?
  private var persons: [Int: Person] = [:]

  /// Statistics for a choice.
  package init(people: People, body: Body, calibration: CourtCalibration?) {
    self.people = people
    self.body = body
    self.calibration = calibration
  }

  /// Counts somebody in one frame.
  package mutating func add(_ sample: BodySample, track: Int) {
    let number = people.person(of: track)
    var person = persons[number] ?? Person()
    person.frames += 1
    person.area += Double(sample.box.area)
    let size = max(Double(max(sample.box.width, sample.box.height)), 1)
    let middle = Point2(Double(sample.box.x1 + sample.box.x2) / 2, Double(sample.box.y1 + sample.box.y2) / 2)
    let point = body.position(.hip, in: sample.keypoints) ?? middle
    // Over a fifth of a second, so that trembling is no movement.
    if let last = person.last {
      if sample.time - last.time >= 0.2 {
        if sample.time - last.time < 1 { person.way += (point - last.point).length / size }
        person.last = (point, size, sample.time)
      }
    } else {
      person.last = (point, size, sample.time)
    }
    if let calibration, let position = FloorPosition(of: sample, body: body, calibration: calibration),
      calibration.court.isInPlay(position.point)
    {
      person.onCourt += 1
    }
    persons[number] = person
  }

  /// The numbers of those chosen, in order.
  package var chosen: [Int] {
    func best(_ value: (Person) -> Double) -> [Int] {
      persons.sorted { $0.key < $1.key }.max { value($0.value) < value($1.value) }.map { [$0.key] } ?? []
    }
    switch people.choice {
    case .all: return persons.keys.sorted()
    case .tracks(let tracks): return tracks
    case .largest: return best { $0.area }
    case .longest: return best { Double($0.frames) }
    case .mostMovement: return best { $0.way }
    case .onCourt:
      // Somebody who crosses the court once is no player: half of the time, and a tenth of the longest.
      let longest = persons.values.map(\.frames).max() ?? 0
      return persons.filter { 2 * $0.value.onCourt > $0.value.frames && 10 * $0.value.frames >= longest }.keys.sorted()
    }
  }
}

import Analysis
import Foundation
import Kapao
import Support

/// Analyses the poses of a native CSV: who, which angles, where on the court and how fast.
///
/// It reads the file once, and once more before that where people are chosen by what they do. Angles are written as they come;
/// of each person's positions on the floor 32 bytes a frame are kept.
package struct PoseAnalysis {
  /// What is to be done.
  package struct Settings: Sendable {
    /// Whom it is about.
    package var people = People()
    /// What is repaired before anything is measured.
    package var cleaning = TrackCleaner.Settings()
    /// The side that the camera sees.
    package var side = ViewedSide.auto
    /// Seconds of the scene for each second of the video: 1/8 for a clip that is slowed down eight times.
    package var timeFactor = 1.0
    /// Where the court is.
    package var calibration: CourtCalibration?
    /// How positions are smoothed.
    package var movement = Movement.Settings()
    /// Zones of speed, sprints, the base's radius.
    package var summary = PlayerSummary.Settings()
    /// Spans that are summed up apart.
    package var intervals: [AnalysisInterval] = []
    /// Angles whose repetitions are counted, by name.
    package var repetitions: [String] = []
    /// Height of the first person (by number) in metres, from which pixels become metres.
    package var height: Double?
    /// Whether tracks of one person are joined by motion, and by clothing where the colours are known.
    package var relink = false

    /// The defaults.
    package init() {}

    /// Whether the poses are read more than once.
    package var readsTwice: Bool { relink || people.needsStatistics }
  }

  /// What is written; `nil` is not.
  package struct Outputs: Sendable {
    /// Angles as CSV.
    package var angles: String?
    /// Angles as OpenSim's `.mot`, a file for each person.
    package var mot: String?
    /// Whether `.mot` has OpenSim's names of coordinates.
    package var openSimNames = false
    /// Markers in metres as OpenSim's TRC, a file for each person.
    package var trc: String?
    /// Markers in metres as C3D, a file for each person.
    package var c3d: String?
    /// Movement on the court as CSV.
    package var movement: String?
    /// Strides as CSV.
    package var strides: String?
    /// Everything as a SQLite database.
    package var sqlite: String?
    /// The summary as JSON.
    package var summary: String?
    /// The report as HTML.
    package var report: String?
    /// Whether heat maps are made, for who draws them.
    package var wantsHeatMaps = false

    /// Nothing.
    package init() {}
  }

  /// The results of a run.
  package struct Result {
    /// Frames that were read.
    package var frames = 0
    /// Everybody's results.
    package var summary: AnalysisSummary
    /// Where everybody was on the court, by name, if that was asked for.
    package var heatMaps: [(name: String, map: HeatMap)] = []
    /// Files that were written.
    package var written: [String] = []
    /// Whether it was interrupted; what is written goes to there.
    package var wasInterrupted = false
  }

  /// Makes what knows the colours of clothing, for joining tracks; `nil` without the video.
  package var clothing: (() throws -> any ClothingSource)?
  /// A frame of the video as JPEG for the report, at seconds of the video, cut to a box or whole; `nil` without the video.
  package var picture: ((_ time: Double, _ box: Box?) throws -> [UInt8]?)?

  /// What the results are said to be of; the CSV's path unless something else is set.
  package var source: String

  private let input: String
  private let settings: Settings
  private let body: Body
  private let definitions: [AngleDefinition]

  /// Opens the CSV.
  ///
  /// - Throws: `PoseCSVError`; `AnalysisError` where an angle that is asked for is not one.
  package init(input: String, settings: Settings) throws {
    self.input = input
    source = input
    self.settings = settings
    body = Body(skeleton: try PoseCSVReader(path: input).skeleton)
    definitions = AngleDefinition.all(of: body)
    for name in settings.repetitions where !definitions.contains(where: { $0.name == name }) {
      throw AnalysisError(
        "there is no angle \(name); there are \(definitions.map(\.name).joined(separator: ", "))")
    }
  }

  /// Runs the analysis.
  ///
  /// - Throws: `PoseCSVError`, `AnalysisError`, `OutputError`.
  package func run(_ outputs: Outputs, isInterrupted: () -> Bool = { false }) throws -> Result {
    if outputs.movement != nil, settings.calibration == nil {
      throw AnalysisError("movement needs to know where the court is: name a --court file")
    }
    if outputs.trc != nil || outputs.c3d != nil, settings.height == nil {
      throw AnalysisError("markers in metres need a person's --height")
    }
    var settings = settings
    let joined = settings.relink ? try self.joined() : []
    settings.people.merges += joined
    if settings.people.needsStatistics { settings.people.choice = .tracks(try chosen(settings.people)) }
    let run = try AnalysisRun(
      input: source, settings: settings, outputs: outputs, body: body, definitions: definitions, picture: picture)
    run.result.summary.joined = joined.map(\.tracks)
    let reader = try PoseCSVReader(path: input)
    while let record = try reader.next() {
      if isInterrupted() {
        run.result.wasInterrupted = true
        break
      }
      try run.take(record)
    }
    try run.finish()
    return run.result
  }

  private func chosen(_ people: People) throws -> [Int] {
    var statistics = PeopleStatistics(
      people: people, body: body, calibration: settings.calibration)
    try eachSample { sample, track in statistics.add(sample, track: track) }
    return statistics.chosen
  }

  /// Tracks that are one person by their motion and clothing.
  private func joined() throws -> [People.Merge] {
    var joiner = TrackJoiner(body: body)
    let clothing = try clothing?()
    let people = settings.people
    try eachSample { sample, track in
      // What the user has merged or named is one person already.
      joiner.add(sample, track: people.person(of: track), clothing: try clothing?.colour(of: sample, body: body))
    }
    return joiner.joined.map { tracks in
      let merged = people.merges.first { $0.tracks.first == tracks[0] }
      return People.Merge(tracks: tracks, name: merged?.name)
    }
  }

  private func eachSample(_ body: (BodySample, Int) throws -> Void) throws {
    let reader = try PoseCSVReader(path: input)
    while let record = try reader.next() {
      for entry in record.people {
        guard let track = record.track(of: entry) else { continue }
        let time = record.time * settings.timeFactor
        try body(BodySample(entry, in: record, time: time), settings.people.track(track, at: time))
      }
    }
  }
}

extension FrameRecord {
  /// The track of somebody; 1 where nobody was tracked and there is only one person. People without a track among some who
  /// have one are a crowd.
  func track(of entry: PersonRecord) -> Int? { entry.trackID ?? (people.count == 1 ? 1 : nil) }
}

extension BodySample {
  init(_ entry: PersonRecord, in record: FrameRecord, time: Double) {
    self.init(
      frame: record.index, time: time, box: entry.pose.box,
      keypoints: entry.pose.keypoints.map { $0.x.isFinite && $0.y.isFinite ? Point2(Double($0.x), Double($0.y)) : nil })
  }
}

/// The colours of people's clothes in a video.
package protocol ClothingSource: AnyObject {
  /// The colours of somebody in a frame; asked in order of time; `nil` where they are not needed or not to be seen.
  func colour(of sample: BodySample, body: Body) throws -> ClothingColour?
}

/// Why poses could not be analysed.
package struct AnalysisError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line.
  package let description: String

  /// An error.
  package init(_ description: String) { self.description = description }
}

import Analysis
import Foundation
import Kapao

/// What an analysis came to, as it is written to JSON (keys in snake case; metres, seconds and degrees).
package struct AnalysisSummary: Codable, Sendable {
  /// Repetitions of one angle.
  package struct Counted: Codable, Sendable {
    /// The angle's name.
    package var angle: String
    /// How many.
    package var count: Int
    /// Mean of the range, degrees.
    package var meanRange: Double
    /// Standard deviation of the range, degrees.
    package var rangeDeviation: Double
    /// Mean duration, seconds.
    package var meanDuration: Double
    /// Each of them.
    package var repetitions: [Repetitions.Repetition]
  }

  /// A player in one span.
  package struct Part: Codable, Sendable {
    /// The span.
    package var interval: AnalysisInterval
    /// What the player did in it.
    package var movement: PlayerSummary
  }

  /// One person.
  package struct Person: Codable, Sendable {
    /// The person's number.
    package var number: Int
    /// The person's name.
    package var name: String
    /// When first seen, seconds.
    package var start: Double
    /// When last seen, seconds.
    package var end: Double
    /// How good the poses are.
    package var quality: PersonAnalysis.Quality
    /// Where and how fast, if the court is known.
    package var movement: PlayerSummary?
    /// The same by interval.
    package var intervals: [Part]
    /// Repetitions that were asked for.
    package var repetitions: [Counted]
    /// Strides, where they were asked for and found.
    package var gait: GaitSummary?
  }

  /// The CSV.
  package var source: String
  /// The court's name, if known.
  package var court: String?
  /// What pixels are worth, where a height is known.
  package var scale: GroundScale?
  /// Seconds until the last frame.
  package var seconds: Double
  /// Tracks that were joined because they are one person.
  package var joined: [[Int]] = []
  /// Everybody, by number.
  package var people: [Person]

  /// The summary as JSON with a line end.
  package func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

extension AnalysisSummary.Person {
  /// - Parameter movement: Where the person went, if the court is known.
  init(
    _ person: PersonAnalysis, movement: Movement?, settings: PoseAnalysis.Settings, definitions: [AngleDefinition]
  ) {
    quality = person.quality
    quality.unreachable = movement?.dropped ?? 0
    number = person.number
    name = person.name
    start = person.span?.lowerBound ?? 0
    end = person.span?.upperBound ?? 0
    intervals = []
    if let movement, let court = settings.calibration?.court {
      self.movement = PlayerSummary(movement, court: court, settings: settings.summary)
      intervals = settings.intervals.map { interval in
        let span = interval.start...interval.end
        return .init(
          interval: interval,
          movement: PlayerSummary(movement, court: court, span: span, settings: settings.summary))
      }
    }
    repetitions = settings.repetitions.compactMap { name in
      guard let index = definitions.firstIndex(where: { $0.name == name }) else { return nil }
      return .init(name, Repetitions(person.series(index)).all)
    }
  }
}

extension AnalysisSummary.Counted {
  init(_ angle: String, _ repetitions: [Repetitions.Repetition]) {
    let count = Double(max(repetitions.count, 1))
    let mean = repetitions.map(\.range).reduce(0, +) / count
    self.init(
      angle: angle, count: repetitions.count, meanRange: mean,
      rangeDeviation: (repetitions.map { ($0.range - mean) * ($0.range - mean) }.reduce(0, +) / count).squareRoot(),
      meanDuration: repetitions.map(\.duration).reduce(0, +) / count, repetitions: repetitions)
  }
}

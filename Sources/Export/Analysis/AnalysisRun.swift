import Analysis
import Foundation
import Kapao
import Support

/// An analysis under way: takes the frames of a CSV in order, and writes everything.
///
/// Angles and keypoints are written as they come, everything else person by person after the last frame, so that the movement
/// of one person at a time is in memory.
final class AnalysisRun {
  var result: PoseAnalysis.Result

  private let input: String
  private let settings: PoseAnalysis.Settings
  private let outputs: PoseAnalysis.Outputs
  private let body: Body
  private let definitions: [AngleDefinition]
  private let picture: ((Double, Box?) throws -> [UInt8]?)?
  private let selected: Set<Int>?
  private let needs: PersonAnalysis.Needs
  private let angles: AnglesWriter?
  private let database: PoseDatabase?
  private var persons: [Int: PersonAnalysis] = [:]
  private var hasPeople = false
  /// Rows of angles that wait for those of other people in the same frame.
  private var waiting: [AngleRow] = []

  init(
    input: String, settings: PoseAnalysis.Settings, outputs: PoseAnalysis.Outputs, body: Body,
    definitions: [AngleDefinition], picture: ((Double, Box?) throws -> [UInt8]?)?
  ) throws {
    self.input = input
    self.settings = settings
    self.outputs = outputs
    self.body = body
    self.definitions = definitions
    self.picture = picture
    if case .tracks(let tracks) = settings.people.choice { selected = Set(tracks) } else { selected = nil }
    needs = Self.needs(settings, outputs, definitions)
    angles = try outputs.angles.map { try AnglesWriter(path: $0, definitions: definitions) }
    database = try outputs.sqlite.map {
      try PoseDatabase(path: $0, keypoints: body.skeleton.keypointNames, angles: definitions.map(\.name))
    }
    result = .init(
      summary: AnalysisSummary(source: input, court: settings.calibration?.court.name, seconds: 0, people: []))
  }

  private static func needs(
    _ settings: PoseAnalysis.Settings, _ outputs: PoseAnalysis.Outputs, _ definitions: [AngleDefinition]
  ) -> PersonAnalysis.Needs {
    var needs = PersonAnalysis.Needs()
    needs.charts = outputs.report == nil ? [] : PersonCharts.needed(definitions)
    needs.angles = definitions.indices.filter {
      outputs.mot != nil || settings.repetitions.contains(definitions[$0].name)
    }
    needs.markers = outputs.trc != nil || outputs.c3d != nil
    needs.gait = outputs.strides != nil
    needs.height = settings.height
    return needs
  }

  /// Takes the next frame.
  func take(_ record: FrameRecord) throws {
    result.frames += 1
    let time = record.time * settings.timeFactor
    result.summary.seconds = time
    try database?.write(record, time: time)
    for entry in record.people {
      hasPeople = true
      guard let track = record.track(of: entry) else { continue }
      let person = settings.people.person(of: settings.people.track(track, at: time))
      guard selected?.contains(person) ?? true else { continue }
      if persons[person] == nil {
        persons[person] = PersonAnalysis(
          number: person, name: settings.people.name(of: person), body: body, cleaning: settings.cleaning,
          needs: needs)
      }
      guard persons[person]?.lastFrame != record.index else {
        throw AnalysisError(
          "tracks that are merged into \(settings.people.name(of: person)) are both in frame \(record.index)")
      }
      try database?.write(entry, person: person, frame: record.index)
      let cleaned = persons[person]?.update(BodySample(entry, in: record, time: time), entry) ?? []
      try take(cleaned, of: person)
    }
    for person in persons.keys where persons[person]?.isAway(at: time) == true {
      try take(persons[person]?.finishCleaning() ?? [], of: person)
    }
    if waiting.count > 256 { try writeAngles(all: false) }
  }

  private func take(_ cleaned: [TrackCleaner.Cleaned], of person: Int) throws {
    for sample in cleaned {
      guard let row = persons[person]?.add(sample, settings: settings, definitions: definitions) else { continue }
      if angles != nil { waiting.append(row) }
      try database?.write(sample, row)
    }
  }

  private func writeAngles(all: Bool) throws {
    guard let angles else { return }
    let limit = all ? Int.max : persons.values.compactMap(\.oldestFrame).min() ?? Int.max
    let ready = waiting.filter { $0.frame < limit }.sorted { ($0.frame, $0.person) < ($1.frame, $1.person) }
    waiting.removeAll { $0.frame < limit }
    for row in ready { try angles.write(row, name: settings.people.name(of: row.person)) }
  }

  /// Writes everything that is left.
  func finish() throws {
    for person in persons.keys.sorted() { try take(persons[person]?.finishCleaning() ?? [], of: person) }
    try writeAngles(all: true)
    guard !persons.isEmpty else {
      throw AnalysisError(
        !hasPeople
          ? "nobody is in \(input)"
          : selected == nil
            ? "nobody in \(input) has a track; kapao-video convert --tracker gives poses in a CSV tracks"
            : "none of the people chosen is in \(input)")
    }
    let people = persons.values.sorted { $0.number < $1.number }
    persons = [:]
    let scale = try scale(people[0])
    result.summary.scale = scale
    let charts = try writePeople(people, scale: scale)
    try finishFiles(people, scale: scale, charts: charts)
  }

  private func scale(_ person: PersonAnalysis) throws -> GroundScale? {
    guard settings.height != nil else { return nil }
    guard let scale = person.scale?.scale else {
      throw AnalysisError(
        "\(person.name) is not seen whole and upright in \(GroundScaleEstimator.fewestFrames) frames: choose another --person "
          + "for --height")
    }
    return scale
  }

  /// Sums everybody up, and writes what is written person by person.
  private func writePeople(_ people: [PersonAnalysis], scale: GroundScale?) throws -> [PersonCharts] {
    let movements = try outputs.movement.map { try MovementWriter(path: $0) }
    var strideRows = outputs.strides.map { StridesWriter(path: $0) }
    var charts: [PersonCharts] = []
    for person in people {
      let movement = person.movement(settings)
      if let movement { try movements?.write(movement, of: person) }
      var counted = AnalysisSummary.Person(person, movement: movement, settings: settings, definitions: definitions)
      let gait = person.strides(scale)
      counted.gait = GaitSummary(gait, isMetric: scale != nil)
      strideRows?.write(gait.strides, of: person, isMetric: scale != nil)
      try database?.write(counted, movement: movement, strides: gait.strides, isMetric: scale != nil)
      result.summary.people.append(counted)
      if outputs.wantsHeatMaps, let movement, let court = settings.calibration?.court {
        var map = HeatMap(court: court, cell: max(court.width, court.length) / 60)
        map.add(movement)
        result.heatMaps.append((person.name, map))
      }
      guard outputs.report != nil else { continue }
      var shown = PersonCharts(
        person, summary: counted, movement: movement, settings: settings, definitions: definitions)
      if let moment = person.largest {
        shown.picture = try picture?(moment.time / settings.timeFactor, moment.box) ?? []
      }
      charts.append(shown)
    }
    if let movements {
      try movements.finish()
      result.written.append(movements.path)
    }
    if let strideRows {
      try strideRows.finish()
      result.written.append(strideRows.path)
    }
    return charts
  }

  private func finishFiles(_ people: [PersonAnalysis], scale: GroundScale?, charts: [PersonCharts]) throws {
    if let angles {
      try angles.finish()
      result.written.append(angles.path)
    }
    if let database {
      try database.finish()
      result.written.append(database.path)
    }
    if let path = outputs.mot {
      let files = MotFiles(path: path, openSimNames: outputs.openSimNames)
      result.written += try files.write(people, definitions: definitions)
    }
    if let scale {
      for (path, kind) in [(outputs.trc, MarkerFiles.Kind.trc), (outputs.c3d, .c3d)] {
        if let path { result.written += try MarkerFiles(path: path, kind: kind).write(people, scale: scale) }
      }
    }
    if let path = outputs.summary {
      try AtomicFile.write([UInt8](try result.summary.json()), to: path)
      result.written.append(path)
    }
    if let path = outputs.report {
      let report = AnalysisReport(
        summary: result.summary, charts: charts, settings: settings, frames: try overview())
      try AtomicFile.write([UInt8](report.html.utf8), to: path)
      result.written.append(path)
    }
  }

  /// Frames of the video for the report, evenly over its time.
  private func overview() throws -> [(time: Double, jpeg: [UInt8])] {
    guard let picture else { return [] }
    let count = 6
    return try (0..<count).compactMap { index in
      let time = result.summary.seconds * (Double(index) + 0.5) / Double(count)
      return try picture(time / settings.timeFactor, nil).map { (time, $0) }
    }
  }
}

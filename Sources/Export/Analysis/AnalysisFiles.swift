import Analysis
import Foundation
import Kapao
import Support

/// Angles as CSV: a row for each person in each frame.
final class AnglesWriter {
  let path: String
  private let file: StagedFile
  private var pending = TextBuffer()

  init(path: String, definitions: [AngleDefinition]) throws {
    self.path = path
    file = try StagedFile(path: path)
    var text = TextBuffer()
    text.append("frame,time_s,person,name,side,repaired_keypoints")
    for definition in definitions {
      text.append(",\(definition.name.replacingOccurrences(of: " ", with: "_"))_deg")
    }
    text.append("\n")
    try file.append(text.bytes)
  }

  func write(_ row: AngleRow, name: String) throws {
    pending.append(row.frame)
    pending.append(",")
    pending.append(row.time, decimals: 6)
    pending.append(",\(row.person),")
    pending.append(field: name)
    pending.append(",\(row.side.rawValue),\(row.repaired)")
    for angle in row.angles {
      pending.append(",")
      if let angle { pending.append(angle, decimals: 2) }
    }
    pending.append("\n")
    if pending.bytes.count > 1 << 16 { try flush() }
  }

  func finish() throws {
    try flush()
    try file.finish()
  }

  private func flush() throws {
    try file.append(pending.bytes)
    pending.removeAll()
  }
}

/// Angles as OpenSim's motion files, one for each person: `walk.mot` becomes `walk_person01.mot`, …
///
/// `nColumns` counts the time, as OpenSim reads it. OpenSim takes no gaps: a missing angle lies on the line between those before and
/// after, or is that nearest to it; an angle that is never there has no column.
struct MotFiles {
  let path: String
  let openSimNames: Bool

  func write(_ people: [PersonAnalysis], definitions: [AngleDefinition]) throws -> [String] {
    let stem = path.hasSuffix(".mot") ? String(path.dropLast(4)) : path
    return try people.compactMap { person in
      guard let text = text(person, definitions: definitions) else { return nil }
      let name = stem + PersonIdentity.track(person.number).fileSuffix + ".mot"
      try AtomicFile.write(text.bytes, to: name)
      return name
    }
  }

  private func text(_ person: PersonAnalysis, definitions: [AngleDefinition]) -> TextBuffer? {
    let times = person.angles.times
    let columns = definitions.indices.compactMap { index -> (name: String, values: [Double])? in
      guard let name = openSimNames ? definitions[index].openSimName : definitions[index].name else { return nil }
      let series = person.series(index)
      guard !series.isEmpty else { return nil }
      return (name, Gaps.filled(series.map(\.angle), at: series.map(\.time), for: times))
    }
    guard !columns.isEmpty else { return nil }
    var text = TextBuffer()
    text.append(
      "Coordinates\nversion=1\nnRows=\(times.count)\nnColumns=\(columns.count + 1)\ninDegrees=yes\n\n")
    text.append("Units are S.I. units (second, meters, Newtons, ...)\n")
    text.append(
      "If the header above contains a line with 'inDegrees', this indicates whether rotational values are in degrees (yes) "
    )
    text.append("or radians (no).\n\nendheader\ntime")
    for column in columns { text.append("\t\(column.name)") }
    text.append("\n")
    for row in times.indices {
      text.append(times[row], decimals: 6)
      for column in columns {
        text.append("\t")
        text.append(column.values[row], decimals: 4)
      }
      text.append("\n")
    }
    return text
  }
}

/// Movement as CSV: a row for each person in each frame in which they are on the court, in order of person and time.
final class MovementWriter {
  let path: String
  private let file: StagedFile

  init(path: String) throws {
    self.path = path
    file = try StagedFile(path: path)
    try file.append(
      [UInt8]("frame,time_s,person,name,x_m,y_m,uncertainty_m,speed_m_s,acceleration_m_s2,distance_m,piece\n".utf8))
  }

  func write(_ movement: Movement, of person: PersonAnalysis) throws {
    var text = TextBuffer()
    for state in movement.states {
      text.append(state.frame)
      text.append(",")
      text.append(state.time, decimals: 6)
      text.append(",\(person.number),")
      text.append(field: person.name)
      for (value, decimals) in [
        (state.position.x, 3), (state.position.y, 3), (state.uncertainty, 3), (state.speed ?? .nan, 3),
        (state.acceleration ?? .nan, 2), (state.distance, 2),
      ] {
        text.append(",")
        text.append(value, decimals: decimals)
      }
      text.append(",\(state.piece)\n")
      if text.bytes.count > 1 << 16 {
        try file.append(text.bytes)
        text.removeAll()
      }
    }
    try file.append(text.bytes)
  }

  func finish() throws { try file.finish() }
}

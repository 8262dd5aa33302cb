import Kapao

/// One line of a native CSV, checked field by field.
struct PoseCSVRow {
  private let fields: [Substring]
  private let columns: PoseCSVColumns
  private let path: String
  private let line: Int
  /// What R, NumPy and spreadsheets write for an empty field.
  private static let missing: Set<Substring> = ["NA", "NaN", "nan", "#N/A"]

  /// - Throws: `PoseCSVError` if the count of fields is not that of the columns.
  init(_ fields: [Substring], columns: PoseCSVColumns, path: String, line: Int) throws {
    guard fields.count == columns.names.count else {
      let advice = fields.count > columns.names.count ? "; decimal commas need ; between fields" : ""
      throw PoseCSVError(
        path: path, line: line, reason: "\(fields.count) fields instead of \(columns.names.count)\(advice)")
    }
    self.fields = fields.map { Self.missing.contains($0) ? "" : $0 }
    self.columns = columns
    self.path = path
    self.line = line
  }

  /// Number, PTS and time of the row's frame, without people.
  func frame() throws -> FrameRecord {
    // Readers of JSON take numbers for doubles, which are exact up to here.
    guard let index = try integer(columns.frame), (0...1 << 53).contains(index) else {
      throw error(columns.frame, "a frame's number is needed, from 0")
    }
    guard let pts = try integer(columns.pts) else { throw error(columns.pts, "a time stamp is needed") }
    guard let time = try number(columns.time) else { throw error(columns.time, "seconds are needed") }
    return FrameRecord(index: index, pts: Int64(pts), time: time, people: [])
  }

  /// The row's person; `nil` in the row of a frame with nobody.
  func person() throws -> PersonRecord? {
    let own =
      [columns.track, columns.score] + columns.box + columns.points.flatMap { [$0.x, $0.y, $0.confidence, $0.source] }
    guard own.contains(where: { !fields[$0].isEmpty }) else { return nil }
    let box = try columns.box.map { Float(try number($0) ?? .nan) }
    let score = try number(columns.score)
    if let score, !(0...1).contains(score) { throw error(columns.score, "a score is between 0 and 1") }
    let pose = Pose(
      box: Box(x1: box[0], y1: box[1], x2: box[2], y2: box[3]), score: Float(score ?? .nan),
      keypoints: try columns.points.map(keypoint))
    return PersonRecord(pose: pose, trackID: try integer(columns.track), raw: try raw(), state: try state())
  }

  /// An error in a column of this line.
  func error(_ column: Int?, _ reason: String) -> PoseCSVError {
    PoseCSVError(path: path, line: line, column: column.map { columns.names[$0] }, reason: reason)
  }

  private func keypoint(_ point: PoseCSVColumns.Point) throws -> Keypoint {
    let (x, y) = (try number(point.x), try number(point.y))
    let confidence = try number(point.confidence)
    let source = fields[point.source]
    guard let x, let y else {
      if x != nil { throw error(point.y, "empty, though x is not") }
      if y != nil { throw error(point.x, "empty, though y is not") }
      if !source.isEmpty { throw error(point.source, "\"\(source)\" without a position") }
      if confidence != nil { throw error(point.confidence, "a confidence without a position") }
      return Keypoint(x: .nan, y: .nan)
    }
    guard let source = Keypoint.Source(rawValue: String(source)) else {
      throw error(point.source, "\"\(source)\" is neither kp nor pose")
    }
    if let confidence, !(0...1).contains(confidence) {
      throw error(point.confidence, "a confidence is between 0 and 1")
    }
    if source == .pose, confidence != nil {
      throw error(point.confidence, "a confidence, though no keypoint object was fused (src is pose)")
    }
    return Keypoint(
      x: Float(x), y: Float(y), confidence: source == .pose ? 0 : Float(confidence ?? .nan), source: source)
  }

  /// The pose as it was found, of which the file has the positions alone; whatever it shows was shown.
  private func raw() throws -> Pose? {
    guard let raw = columns.raw else { return nil }
    let nothing = Box(x1: .nan, y1: .nan, x2: .nan, y2: .nan)
    return Pose(
      box: nothing, score: .nan,
      keypoints: try raw.map { columns in
        Keypoint(
          x: Float(try number(columns.x) ?? .nan), y: Float(try number(columns.y) ?? .nan), source: .keypointObject)
      })
  }

  private func state() throws -> PersonRecord.State {
    guard let column = columns.state else { return .detected }
    guard let state = PersonRecord.State(rawValue: String(fields[column])) else {
      throw error(column, "\"\(fields[column])\" is none of detected, filled, interpolated and predicted")
    }
    return state
  }

  /// A number; `nil` for an empty field.
  private func number(_ column: Int) throws -> Double? {
    let field = fields[column]
    guard !field.isEmpty else { return nil }
    guard let value = Self.double(field), value.isFinite, abs(value) < 1e12 else {
      throw error(column, "\"\(field)\" is no number")
    }
    return value
  }

  /// A number with a decimal point or comma.
  private static func double(_ field: Substring) -> Double? {
    Double(field) ?? (field.contains(",") ? Double(field.replacing(",", with: ".", maxReplacements: 1)) : nil)
  }

  /// An integer, also one that pandas made a `3.0` of or R a `1e+05`; `nil` for an empty field.
  private func integer(_ column: Int) throws -> Int? {
    let field = fields[column]
    guard !field.isEmpty else { return nil }
    // Beyond 2^53 a double is not exact.
    guard let value = Int(field) ?? Self.double(field).flatMap({ abs($0) < 0x1p53 ? Int(exactly: $0) : nil }) else {
      throw error(column, "\"\(field)\" is no integer")
    }
    return value
  }
}

import Analysis
import Foundation
import GRDB
import Kapao
import Support

/// An analysis as a SQLite database, for those who query: tables `frames`, `people`, `boxes`, `keypoints`, `angles`,
/// `positions`, `events`. Units are in the columns' names; see docs/analysis.md.
///
/// It grows under a temporary name and gets its own when it is complete.
final class PoseDatabase {
  private enum Table: String, CaseIterable {
    case frames, people, boxes, keypoints, angles, positions, events

    /// Columns, and what else the table has.
    var columns: String {
      switch self {
      case .frames: "frame INTEGER PRIMARY KEY, time_s REAL NOT NULL, pts INTEGER NOT NULL"
      case .people: "person INTEGER PRIMARY KEY, name TEXT NOT NULL"
      case .boxes:
        "frame INTEGER, person INTEGER, score REAL, x1_px REAL, y1_px REAL, x2_px REAL, y2_px REAL, state TEXT NOT NULL, "
          + "PRIMARY KEY (frame, person)"
      case .keypoints:
        "frame INTEGER, person INTEGER, keypoint TEXT, x_px REAL, y_px REAL, found_x_px REAL, found_y_px REAL, "
          + "confidence REAL, repair TEXT, PRIMARY KEY (frame, person, keypoint)"
      case .angles: "frame INTEGER, person INTEGER, angle TEXT, degrees REAL, PRIMARY KEY (frame, person, angle)"
      case .positions:
        "frame INTEGER, person INTEGER, x_m REAL, y_m REAL, uncertainty_m REAL, speed_m_s REAL, acceleration_m_s2 REAL, "
          + "distance_m REAL, piece INTEGER, PRIMARY KEY (frame, person)"
      case .events: "person INTEGER, kind TEXT, name TEXT, start_s REAL, end_s REAL, value REAL, unit TEXT"
      }
    }

    var creation: String {
      "CREATE TABLE \(rawValue) (\(columns))" + (columns.contains("PRIMARY KEY (") ? " WITHOUT ROWID" : "")
    }

    var insertion: String {
      let count = columns.split(separator: ", ").count { $0.contains(" ") && !$0.hasPrefix("PRIMARY") }
      return "INSERT INTO \(rawValue) VALUES (\(Array(repeating: "?", count: count).joined(separator: ", ")))"
    }
  }

  /// Rows that are written together.
  private static let batch = 20_000

  let path: String
  private let temporary: TemporaryFile
  private let queue: DatabaseQueue
  private let keypoints: [String]
  private let angles: [String]
  private var rows: [(table: Table, values: StatementArguments)] = []
  /// Confidences of the keypoints of samples that are still being repaired, by person.
  private var waiting: [Int: [(frame: Int, confidences: [Float])]] = [:]

  /// - Throws: `OutputError`.
  init(path: String, keypoints: [String], angles: [String]) throws {
    self.path = path
    self.keypoints = keypoints
    self.angles = angles
    guard let file = OutputPlace(path).file else {
      throw OutputError(.create, path: path, detail: "a database is a file, and no pipe, device or folder")
    }
    let temporary = TemporaryFile(for: file)
    self.temporary = temporary
    try FolderFiles.requireWritable(FolderFiles.folder(of: file), path: path)
    FileSystem.remove(temporary.path)
    do {
      queue = try temporary.make {
        var configuration = Configuration()
        // The file is of no use before it is complete, so there is nothing to roll back to.
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") }
        return try DatabaseQueue(path: temporary.path, configuration: configuration)
      }
      try queue.write { database in
        for table in Table.allCases { try database.execute(sql: table.creation) }
      }
    } catch {
      temporary.discard()
      throw Self.error(.create, path: path, error)
    }
  }

  deinit { temporary.discard() }

  /// Takes a frame, before those of its people who have been repaired.
  func write(_ record: FrameRecord, time: Double) throws {
    try insert(.frames, [record.index, time, record.pts])
  }

  /// Takes somebody as they were found.
  func write(_ entry: PersonRecord, person: Int, frame: Int) throws {
    let box = entry.pose.box
    try insert(
      .boxes,
      [
        frame, person, Self.number(entry.pose.score), Self.number(box.x1), Self.number(box.y1), Self.number(box.x2),
        Self.number(box.y2), entry.state.rawValue,
      ])
    waiting[person, default: []].append((frame, entry.pose.keypoints.map(\.confidence)))
  }

  /// Takes somebody after repair, with their angles.
  func write(_ cleaned: TrackCleaner.Cleaned, _ row: AngleRow) throws {
    let frame = cleaned.sample.frame
    var confidences: [Float] = []
    if let index = waiting[row.person]?.firstIndex(where: { $0.frame == frame }) {
      confidences = waiting[row.person]?[index].confidences ?? []
      waiting[row.person]?.removeSubrange(...index)
    }
    for (index, name) in keypoints.enumerated() {
      let (found, kept) = (cleaned.found[index], cleaned.sample.keypoints[index])
      guard found != nil || kept != nil else { continue }
      let repair: String? =
        cleaned.exchanged.contains(index)
        ? "exchanged" : cleaned.outliers.contains(index) ? "outlier" : cleaned.filled.contains(index) ? "filled" : nil
      let confidence = index < confidences.count && found != nil ? Self.number(confidences[index]) : nil
      try insert(.keypoints, [frame, row.person, name, kept?.x, kept?.y, found?.x, found?.y, confidence, repair])
    }
    for (name, value) in zip(angles, row.angles) {
      if let value { try insert(.angles, [frame, row.person, name, value]) }
    }
  }

  /// Takes what is known of somebody at the end.
  func write(_ person: AnalysisSummary.Person, movement: Movement?, strides: [Gait.Stride], isMetric: Bool) throws {
    try insert(.people, [person.number, person.name])
    for state in movement?.states ?? [] {
      try insert(
        .positions,
        [
          state.frame, person.number, state.position.x, state.position.y, state.uncertainty, state.speed,
          state.acceleration, state.distance, state.piece,
        ])
    }
    for sprint in person.movement?.sprints ?? [] {
      try insert(
        .events,
        [person.number, "sprint", nil, sprint.start, sprint.start + sprint.duration, sprint.topSpeed, "m/s"])
    }
    for counted in person.repetitions {
      for one in counted.repetitions {
        try insert(.events, [person.number, "repetition", counted.angle, one.start, one.end, one.range, "deg"])
      }
    }
    for stride in strides {
      try insert(
        .events,
        [
          person.number, "stride", stride.side.rawValue, stride.start, stride.end, isMetric ? stride.length : nil,
          isMetric ? "m" : nil,
        ])
    }
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: `OutputError`.
  func finish() throws {
    try flush()
    do {
      try queue.close()
    } catch {
      throw Self.error(.write, path: path, error)
    }
    let code = temporary.publish()
    if code != 0 { throw OutputError(.rename, path: path, code: code) }
  }

  private func insert(_ table: Table, _ values: StatementArguments) throws {
    rows.append((table, values))
    if rows.count >= Self.batch { try flush() }
  }

  private func flush() throws {
    do {
      try queue.write { database in
        for row in rows {
          try database.cachedStatement(sql: row.table.insertion).execute(arguments: row.values)
        }
      }
    } catch {
      throw Self.error(.write, path: path, error)
    }
    rows.removeAll(keepingCapacity: true)
  }

  private static func number(_ value: Float) -> Double? { value.isFinite ? Double(value) : nil }

  private static func error(_ operation: OutputError.Operation, path: String, _ error: any Error) -> OutputError {
    OutputError(operation, path: path, detail: (error as? DatabaseError)?.message ?? "\(error)")
  }
}

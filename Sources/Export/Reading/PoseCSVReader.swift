import Kapao

/// Reads the native CSV that ``PoseCSVWriter`` writes, frame by frame.
///
/// It is strict: what it does not understand is an error that names line and column, so that no pose is silently lost.
/// Columns may be in another order and there may be further ones; lines may end in CR LF, a byte order mark may lead,
/// fields may be separated by `;` and have decimal commas, and empty lines may follow, as after a spreadsheet; integers
/// may have become `3.0` or `1e+05`, and empty fields `NA`, as after pandas and R.
///
/// A keypoint that is empty comes back with positions that are no number, which every writer leaves out again.
public final class PoseCSVReader {
  /// The keypoints that the columns are named after.
  public let skeleton: Skeleton
  /// The file, as the user named it; `-` is standard input.
  public let path: String
  /// Whether the file says how each pose was obtained.
  package var hasStates: Bool { columns.state != nil }
  /// Whether poses were smoothed, and the file also says where they were found.
  package var hasRawPositions: Bool { columns.raw != nil }

  private let lines: LineReader
  private let columns: PoseCSVColumns
  private let separator: Unicode.Scalar
  private var lineNumber = 1
  private var pending: (record: FrameRecord, person: PersonRecord?, row: PoseCSVRow)?
  private var previous: FrameRecord?

  /// Opens a file and reads its header.
  ///
  /// - Throws: `PoseCSVError` if it cannot be read or a column is missing.
  public init(path: String) throws {
    self.path = path
    lines = try LineReader(path: path)
    guard var header = try lines.next() else {
      throw PoseCSVError(path: path, reason: "the file is empty; a native CSV has a header")
    }
    if header.starts(with: [0xEF, 0xBB, 0xBF]) { header = header.dropFirst(3) }
    // Spreadsheets say so what separates the fields.
    if header.count == 5, header.starts(with: Array("sep=".utf8)), let next = try lines.next() {
      header = next
      lineNumber += 1
    }
    if let reason = Self.otherKind(header) { throw PoseCSVError(path: path, reason: reason) }
    separator = CSVFields.separator(of: header)
    do {
      columns = try PoseCSVColumns(try CSVFields.split(header, at: separator).map(String.init), path: path)
    } catch let problem as CSVFields.Problem {
      throw PoseCSVError(path: path, line: 1, reason: problem.rawValue)
    }
    skeleton = columns.skeleton
  }

  /// The next frame with all its people; `nil` at the end.
  ///
  /// - Throws: `PoseCSVError`.
  public func next() throws -> FrameRecord? {
    guard let (first, firstPerson, firstRow) = try pending ?? row() else { return nil }
    pending = nil
    try checkOrder(of: first, firstRow)
    var record = first
    record.people = firstPerson.map { [$0] } ?? []
    while let (other, person, row) = try row() {
      guard other.index == record.index else {
        pending = (other, person, row)
        break
      }
      guard other.pts == record.pts, other.time == record.time else {
        throw row.error(nil, "another time than the row before, though the frame is the same")
      }
      guard let person, !record.people.isEmpty else {
        throw row.error(nil, "a row without a person is the only one of its frame")
      }
      if let trackID = person.trackID, record.people.contains(where: { $0.trackID == trackID }) {
        throw row.error(nil, "track \(trackID) is in frame \(record.index) twice")
      }
      record.people.append(person)
    }
    previous = record
    return record
  }

  private func checkOrder(of record: FrameRecord, _ row: PoseCSVRow) throws {
    guard let previous else { return }
    guard record.index > previous.index else {
      throw row.error(nil, "frame \(record.index) comes after frame \(previous.index)")
    }
  }

  private func row() throws -> (FrameRecord, PersonRecord?, PoseCSVRow)? {
    guard var line = try lines.next() else { return nil }
    lineNumber += 1
    // Editors and spreadsheets leave empty lines at the end.
    let first = lineNumber
    while isBlank(line) {
      guard let next = try lines.next() else { return nil }
      lineNumber += 1
      line = next
    }
    guard lineNumber == first else {
      throw PoseCSVError(path: path, line: first, reason: "an empty line before the end of the table")
    }
    do {
      let row = try PoseCSVRow(try CSVFields.split(line, at: separator), columns: columns, path: path, line: lineNumber)
      return (try row.frame(), try row.person(), row)
    } catch let problem as CSVFields.Problem {
      throw PoseCSVError(path: path, line: lineNumber, reason: problem.rawValue)
    }
  }

  /// Whether a line has nothing in its fields.
  private func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    line.allSatisfy {
      [UInt8(ascii: separator), UInt8(ascii: "\""), UInt8(ascii: " "), UInt8(ascii: "\t")].contains($0)
    }
  }

  /// What a file is, by its beginning, if it cannot be a table of this kind.
  private static func otherKind(_ header: ArraySlice<UInt8>) -> String? {
    if header.starts(with: [0x1F, 0x8B]) { return "compressed; read it with: gzip -dc FILE | kapao-video convert -" }
    if header.starts(with: [0xFF, 0xFE]) || header.starts(with: [0xFE, 0xFF]) { return "UTF-16; save it as UTF-8" }
    if header.starts(with: Array("PK".utf8)) { return "a spreadsheet's own file or an archive; save it as CSV" }
    if header.contains(UInt8(ascii: "\r")) { return "its lines end in CR alone; save it with LF or CR LF" }
    return nil
  }
}

/// Why a native CSV could not be read.
public struct PoseCSVError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, as the user named it; `-` is standard input.
  public let path: String
  /// The line, from 1; `nil` where the whole file is meant.
  public let line: Int?
  /// The column's name; `nil` where the whole line is meant.
  public let column: String?
  /// What is wrong, in a few words.
  public let reason: String

  /// An error in a file.
  package init(path: String, line: Int? = nil, column: String? = nil, reason: String) {
    self.path = path
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// For example `poses.csv, line 12, column nose_x: "12,5" is no number`.
  public var description: String {
    var place = path == "-" ? "standard input" : path
    if let line { place += ", line \(line)" }
    if let column { place += ", column \(column)" }
    return "\(place): \(reason)"
  }
}

import Kapao

/// Reads the native CSV that ``PoseCSVWriter`` writes, frame by frame.
///
/// It is strict: what it does not understand is an error that names line and column, so that no pose is silently lost.
/// Columns may be in another order and there may be further ones; lines may end in CR LF and a byte order mark may lead,
/// as after a spreadsheet; integers may have become `3.0`, as after pandas.
///
/// A keypoint that is empty comes back with positions that are no number, which every writer leaves out again.
public final class PoseCSVReader {
  /// The keypoints that the columns are named after.
  public let skeleton: Skeleton
  /// The file, as the user named it; `-` is standard input.
  public let path: String
  /// Whether the file says how each pose was come by.
  public var hasStates: Bool { columns.state != nil }
  /// Whether poses were smoothed, and the file also says where they were found.
  public var hasRawPositions: Bool { columns.raw != nil }

  private let lines: LineReader
  private let columns: PoseCSVColumns
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
    do {
      columns = try PoseCSVColumns(try CSVFields.split(header).map(String.init), path: path)
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
    guard let line = try lines.next() else { return nil }
    lineNumber += 1
    // Editors leave an empty line at the end.
    if line.isEmpty, try lines.next() == nil { return nil }
    do {
      let row = try PoseCSVRow(try CSVFields.split(line), columns: columns, path: path, line: lineNumber)
      return (try row.frame(), try row.person(), row)
    } catch let problem as CSVFields.Problem {
      throw PoseCSVError(path: path, line: lineNumber, reason: problem.rawValue)
    }
  }
}

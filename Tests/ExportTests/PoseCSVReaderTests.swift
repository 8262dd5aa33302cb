import Export
import Foundation
import Kapao
import TestSupport
import Testing

struct PoseCSVReaderTests {
  let folder: TemporaryFolder
  let header: String
  /// A row of frame 0 with a person; nose fused, everything else missing.
  let row: String

  init() throws {
    folder = try TemporaryFolder()
    var person = PersonRecord.fixture(4, missing: Array(1..<17))
    person.pose.box = Box(x1: 1, y1: 2, x2: 3, y2: 4)
    try PoseCSVWriter(path: folder.path("made.csv"), skeleton: .coco17).writeAll([.fixture(0, people: [person])])
    let lines = try folder.text("made.csv").split(separator: "\n").map(String.init)
    (header, row) = (lines[0], lines[1])
  }

  func read(_ text: String) throws -> [FrameRecord] {
    try text.write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    let reader = try PoseCSVReader(path: folder.path("poses.csv"))
    var records: [FrameRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  /// The row with some columns replaced.
  func row(_ values: [String: String]) -> String {
    let names = header.split(separator: ",").map(String.init)
    let fields = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return zip(names, fields).map { values[$0] ?? $1 }.joined(separator: ",")
  }

  func error(_ text: String) -> String? {
    do {
      _ = try read(text)
      return nil
    } catch {
      return "\(error)".replacingOccurrences(of: folder.url.path + "/", with: "")
    }
  }

  @Test func `What was written is read back`() throws {
    let records = [
      FrameRecord.fixture(0, people: [.fixture(1, missing: [2]), .fixture(2, score: 0.5)]), .fixture(1),
      .fixture(5, people: [.fixture()]),
    ]
    try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17).writeAll(records)
    let text = try folder.text("poses.csv")
    let read = try read(text)
    #expect(read.map(\.index) == [0, 1, 5])
    #expect(read.map(\.pts) == [0, 1001, 5005])
    #expect(read.map { $0.people.map(\.trackID) } == [[1, 2], [], [nil]])
    #expect(
      read[0].people[0].pose.keypoints[0] == Keypoint(x: 100, y: 200.5, confidence: 0.75, source: .keypointObject))
    #expect(read[0].people[0].pose.keypoints[1] == Keypoint(x: 101, y: 199.5))
    #expect(read[0].people[0].pose.keypoints[2].x.isNaN)
    try PoseCSVWriter(path: folder.path("again.csv"), skeleton: .coco17).writeAll(read)
    #expect(try folder.text("again.csv") == text)
  }

  @Test func `CrowdPose's skeleton is known by its columns`() throws {
    try PoseCSVWriter(path: folder.path("crowd.csv"), skeleton: .crowdPose14)
      .writeAll([.fixture(0, people: [.fixture(count: 14)])])
    #expect(try PoseCSVReader(path: folder.path("crowd.csv")).skeleton == .crowdPose14)
  }

  @Test func `What spreadsheets and pandas do to a file is understood`() throws {
    let moved = row.split(separator: ",", omittingEmptySubsequences: false)
    let text =
      "\u{FEFF}comment,\(header)\r\n" + "\"quoted, \"\"x\"\"\",\(moved.joined(separator: ","))\r\n"
      + "x,\(row(["frame": "1.0", "pts": "1001.0", "time_s": "\"0.033367\"", "track_id": "4.0"]))\r\n"
    let records = try read(text)
    #expect(records.map(\.index) == [0, 1])
    #expect(records.map { $0.people[0].trackID } == [4, 4])
  }

  @Test func `A file that a European spreadsheet has rewritten is the same`() throws {
    let original = try read("\(header)\n\(row(["time_s": "0.5"]))\n")
    let rewritten = [header, row(["time_s": "0.5"])].map { line in
      line.replacingOccurrences(of: ",", with: ";").replacingOccurrences(of: ".", with: ",")
    }.joined(separator: "\r\n")
    let blank = String(repeating: ";", count: 76)
    #expect(try read("\u{FEFF}\(rewritten)\r\n\(blank)\r\n\r\n").description == original.description)
    #expect(try read("sep=;\r\n\(rewritten)").description == original.description)
    #expect(try read(rewritten.replacingOccurrences(of: ";", with: "\t")).description == original.description)
    // In quotes a comma is no separator.
    let quoted = "\(header)\n\(row(["time_s": "\"0,5\""]))\n"
    #expect(try read(quoted).description == original.description)
  }

  @Test func `A file that R has rewritten is the same`() throws {
    let empty = "100000,1.0,1" + String(repeating: ",", count: 74)
    let original = try read("\(header)\n\(row)\n\(empty)\n")
    func rewritten(_ line: String, number: String) -> String {
      "\"\(number)\","
        + line.split(separator: ",", omittingEmptySubsequences: false).map { field in
          field.isEmpty ? "NA" : Double(field) == nil ? "\"\(field)\"" : String(field)
        }.joined(separator: ",")
    }
    let lines = [header, row, empty].enumerated().map { rewritten($1, number: $0 == 0 ? "" : "\($0)") }
    let text = lines.joined(separator: "\n").replacingOccurrences(of: ",100000,", with: ",1e+05,")
    #expect(try read(text).description == original.description)
  }

  @Test func `What is no CSV is called what it is`() throws {
    for (bytes, word) in [
      ([0x1F, 0x8B, 8], "compressed"), ([0xFF, 0xFE, 0x66, 0], "UTF-16"), ([0x50, 0x4B, 3], "save it as CSV"),
    ]
      as [([UInt8], String)]
    {
      try Data(bytes).write(to: URL(fileURLWithPath: folder.path("other.csv")))
      let error = #expect(throws: PoseCSVError.self) { try PoseCSVReader(path: folder.path("other.csv")) }
      #expect(error?.reason.contains(word) == true)
    }
    #expect(error(header + "\r" + row)?.contains("CR alone") == true)
  }

  @Test func `The last line needs no line end, and an empty one after it does no harm`() throws {
    #expect(try read("\(header)\n\(row)").count == 1)
    #expect(try read("\(header)\n\(row)\n\n").count == 1)
    #expect(try read("\(header)\n").isEmpty)
  }

  @Test func `A long file is read in pieces`() throws {
    let rows = (0..<2000).map { row(["frame": "\($0)"]) }
    #expect(try read("\(header)\n\(rows.joined(separator: "\n"))\n").count == 2000)
  }

  @Test func `A file that is none of ours is refused`() {
    #expect(error("") == "poses.csv: the file is empty; a native CSV has a header")
    #expect(error("a,b\n1,2\n") == "poses.csv, line 1, column frame: the column is missing; is this a native CSV?")
    #expect(
      error(header.replacingOccurrences(of: "nose_conf", with: "nose_c") + "\n")
        == "poses.csv, line 1, column nose_conf: the column is missing; is this a native CSV?")
    #expect(error("frame,\(header)\n") == "poses.csv, line 1, column frame: there are two columns of this name")
    #expect(throws: PoseCSVError(path: "/none.csv", reason: "No such file or directory")) {
      try PoseCSVReader(path: "/none.csv")
    }
    #expect(throws: PoseCSVError.self) { try PoseCSVReader(path: folder.url.path) }
  }

  @Test(arguments: [
    (["frame": "-1"], "column frame: a frame's number is needed, from 0"),
    (["frame": "1.5"], "column frame: \"1.5\" is no integer"),
    (["frame": ""], "column frame: a frame's number is needed, from 0"),
    (["pts": ""], "column pts: a time stamp is needed"),
    (["time_s": ""], "column time_s: seconds are needed"),
    (["time_s": "nan"], "column time_s: seconds are needed"),
    (["track_id": "a"], "column track_id: \"a\" is no integer"),
    (["person_score": "1.5"], "column person_score: a score is between 0 and 1"),
    (["bbox_x1": "1,5"], "78 fields instead of 77; decimal commas need ; between fields"),
    (["bbox_x1": "1;5"], "column bbox_x1: \"1;5\" is no number"),
    (["nose_x": ""], "column nose_x: empty, though y is not"),
    (["nose_y": ""], "column nose_y: empty, though x is not"),
    (["nose_x": "inf"], "column nose_x: \"inf\" is no number"),
    (["nose_src": "guess"], "column nose_src: \"guess\" is neither kp nor pose"),
    (["nose_src": ""], "column nose_src: \"\" is neither kp nor pose"),
    (["nose_src": "pose"], "column nose_conf: a confidence, though no keypoint object was fused (src is pose)"),
    (["nose_conf": "-0.1"], "column nose_conf: a confidence is between 0 and 1"),
    (["left_eye_src": "kp"], "column left_eye_src: \"kp\" without a position"),
    (["left_eye_conf": "0.5"], "column left_eye_conf: a confidence without a position"),
  ])
  func `An error names line and column`(_ values: [String: String], _ reason: String) {
    let first = row(["frame": "0"])
    let place = reason.hasPrefix("column") ? ", " : ": "
    var second = ["frame": "1"]
    second.merge(values) { $1 }
    #expect(error("\(header)\n\(first)\n\(row(second))\n") == "poses.csv, line 3\(place)\(reason)")
  }

  @Test func `Rows that contradict each other are refused`() {
    let empty = "0,0.000000,0" + String(repeating: ",", count: 74)
    #expect(error("\(header)\n\(row(["frame": "2"]))\n\(row)\n") == "poses.csv, line 3: frame 0 comes after frame 2")
    #expect(
      error("\(header)\n\(row)\n\(row(["track_id": "5", "pts": "1"]))\n")
        == "poses.csv, line 3: another time than the row before, though the frame is the same")
    #expect(error("\(header)\n\(row)\n\(row)\n") == "poses.csv, line 3: track 4 is in frame 0 twice")
    for rows in [[row, empty], [empty, row], [empty, empty]] {
      #expect(
        error("\(header)\n\(rows[0])\n\(rows[1])\n")
          == "poses.csv, line 3: a row without a person is the only one of its frame")
    }
    #expect(error("\(header)\n\(row.dropLast(9))\n") == "poses.csv, line 2: 68 fields instead of 77")
    #expect(error("\(header)\n\n\(row)\n") == "poses.csv, line 2: an empty line before the end of the table")
    #expect(error("\(header)\n\"\(row)\n") == "poses.csv, line 2: a quoted field does not end")
  }

  @Test func `Text that is not UTF-8 is refused`() throws {
    try (Data("\(header)\n".utf8) + Data([0xFF, 0xFE, 0x0A])).write(to: URL(fileURLWithPath: folder.path("poses.csv")))
    let reader = try PoseCSVReader(path: folder.path("poses.csv"))
    #expect(throws: PoseCSVError(path: folder.path("poses.csv"), line: 2, reason: "not UTF-8")) { try reader.next() }
  }
}

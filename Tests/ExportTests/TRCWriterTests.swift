import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

struct TRCWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(_ records: [FrameRecord], longestGap: Double = 1, _ context: ExportContext = .fixture()) throws -> [String]
  {
    let writer = try TRCWriter(path: folder.path("walk.trc"), context: context, longestGap: longestGap)
    try writer.writeAll(records)
    #expect(writer.outputs.map { URL(fileURLWithPath: $0).lastPathComponent } == (try folder.names()))
    return try folder.names()
  }

  func lines(_ name: String) throws -> [[String]] {
    try folder.text(name).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// A column of a marker, 0 for X.
  func column(_ name: String, _ marker: String, _ axis: Int) throws -> [String] {
    let lines = try lines(name)
    let index = try #require(lines[3].firstIndex(of: marker))
    return lines.dropFirst(5).map { $0[index + axis] }
  }

  func person(_ trackID: Int?, x: Float, missing: [Int] = []) -> PersonRecord {
    var person = PersonRecord.fixture(trackID, missing: missing)
    for index in person.pose.keypoints.indices where person.pose.keypoints[index].x.isFinite {
      person.pose.keypoints[index].x += x
    }
    return person
  }

  @Test func `Each person is a file with the header that OpenSim reads`() throws {
    let names = try write([.fixture(0, people: [.fixture(1)]), .fixture(1, people: [.fixture(1), .fixture(12)])])
    #expect(names == ["walk_person01.trc", "walk_person12.trc"])
    let lines = try lines("walk_person01.trc")
    #expect(lines[0] == ["PathFileType", "4", "(X/Y/Z)", "walk_person01.trc"])
    #expect(lines[1].count == 8)
    #expect(lines[2] == ["29.97003", "29.97003", "2", "15", "m", "29.97003", "0", "2"])
    #expect(lines[3].prefix(6) == ["Frame#", "Time", "Hip", "", "", "RHip"])
    #expect(lines[4].prefix(5) == ["", "", "X1", "Y1", "Z1"])
    #expect(lines[4].last == "Z15")
    #expect(lines.dropFirst(5).allSatisfy { $0.count == 2 + 15 * 3 })
  }

  @Test func `Time is the source's and Y points up`() throws {
    _ = try write([.fixture(5, people: [.fixture(1)]), .fixture(6, people: [.fixture(1)])])
    let lines = try lines("walk_person01.trc")
    #expect(lines.dropFirst(5).map { $0[0] } == ["5", "6"])
    #expect(lines.dropFirst(5).map { $0[1] } == ["0.166833", "0.200200"])
    #expect(try column("walk_person01.trc", "Nose", 1) == ["-200.50", "-200.50"])
    #expect(try column("walk_person01.trc", "Hip", 0) == ["111.50", "111.50"])
    #expect(try column("walk_person01.trc", "Hip", 2) == ["0", "0"])
  }

  @Test func `Gaps are filled along the line in time, and ends are held`() throws {
    let nose = [0]
    var late = FrameRecord.fixture(3, people: [person(1, x: 40)])
    late.time = 0.2
    _ = try write([
      .fixture(0, people: [person(1, x: 0, missing: nose)]), .fixture(1, people: [person(1, x: 10)]), .fixture(2), late,
      FrameRecord(index: 4, pts: 0, time: 0.3, people: [person(1, x: 50, missing: nose)]),
    ])
    let x = try column("walk_person01.trc", "Nose", 0).map { Double($0) }
    let share = (2 * 1001.0 / 30000 - 1001.0 / 30000) / (0.2 - 1001.0 / 30000)
    #expect(x == [110, 110, ((110 + share * 30) * 100).rounded() / 100, 140, 140])
  }

  @Test func `A marker that is never seen is left out`() throws {
    _ = try write([.fixture(0, people: [.fixture(1, missing: [0, 11])])])
    let lines = try lines("walk_person01.trc")
    #expect(!lines[3].contains("Nose"))
    #expect(!lines[3].contains("Hip"))
    #expect(lines[3].contains("RHip"))
    #expect(lines[2][3] == "12")
  }

  @Test func `A long absence begins another file`() throws {
    let names = try write(
      [.fixture(0, people: [.fixture(1)]), .fixture(1), .fixture(2), .fixture(3, people: [.fixture(1)])],
      longestGap: 0.05)
    #expect(names == ["walk_person01.trc", "walk_person01_part2.trc"])
    #expect(try lines("walk_person01_part2.trc")[5][0] == "3")
  }

  @Test func `Without a stated rate it is the mean of the frames`() throws {
    let context = ExportContext(
      skeleton: .coco17, source: "cam", frameRate: nil, size: ImageSize(width: 2, height: 2), model: "m")
    let people = [PersonRecord.fixture(1)]
    _ = try write(
      [
        FrameRecord(index: 0, pts: 0, time: 10, people: people),
        FrameRecord(index: 1, pts: 1, time: 10.1, people: people),
        FrameRecord(index: 2, pts: 4, time: 10.4, people: people),
      ], context)
    #expect(try lines("walk_person01.trc")[2][0] == "5")
  }

  @Test(arguments: [30, 25, 12.5, 16.5, 30 / 1.001, 24 / 1.001, 120 / 1.001] as [Double], [1e-3, 1e-6] as [Double])
  func `Times that are rounded give the standard rate that they were`(_ rate: Double, unit: Double) {
    let times = (0..<60).map { (frame: Int) -> Double in
      let time = 3.2 + Double(frame) / rate
      return (time / unit).rounded() * unit
    }
    #expect(abs(MeanFrameRate.of(times) / rate - 1) < 1e-12)
  }

  @Test func `A rate that varies stays a mean`() {
    #expect(MeanFrameRate.of([0, 0.033333, 0.066667, 0.1, 0.166667]) == 4 / 0.166667)
    #expect(MeanFrameRate.of([5]) == 1)
    #expect(MeanFrameRate.of([]) == 1)
  }

  @Test func `For Sports2D Y points down, time counts from 0, and every frame has a row with what was seen`() throws {
    let records: [FrameRecord] = [
      .fixture(5), .fixture(6, people: [.fixture(1, missing: [0])]), .fixture(7, people: [.fixture(1)]), .fixture(8),
    ]
    let writer = try TRCWriter(path: folder.path("walk.trc"), context: .fixture(), layout: .sports2D)
    try writer.writeAll(records)
    let name = "walk_px_person01.trc"
    #expect(try folder.names() == [name])
    let lines = try lines(name)
    #expect(lines[0].last == name)
    #expect(lines[2].prefix(4) == ["29.97003", "29.97003", "4", "15"])
    #expect(lines.dropFirst(5).map { $0[1] } == ["0.000000", "0.033367", "0.066734", "0.100100"])
    #expect(lines.dropFirst(5).allSatisfy { $0.count == 2 + 15 * 3 })
    #expect(try column(name, "Nose", 1) == ["", "", "200.50", ""])
    #expect(try column(name, "RHip", 1) == ["", "188.50", "188.50", ""])
    #expect(try column(name, "RHip", 2) == ["", "0", "0", ""])
  }

  @Test func `A name for Sports2D says once that it is in pixels`() throws {
    for path in ["walk_px.trc", "walk"] {
      let writer = try TRCWriter(path: folder.path(path), context: .fixture(), layout: .sports2D)
      try writer.writeAll([.fixture(0, people: [.fixture(1)])])
      #expect(writer.outputs == [folder.path("walk_px_person01.trc")])
    }
  }

  @Test func `Files of an earlier run go, and only those`() throws {
    let others = ["walk_person.trc", "walk_personal.trc", "walk_person02.csv", "walk_person02_part.trc"]
    for name in others + ["walk_person07.trc", "walk_person07_part2.trc"] {
      try "x".write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    try TRCWriter(path: folder.path("walk.trc"), context: .fixture()).writeAll([.fixture(0, people: [.fixture(1)])])
    #expect(try folder.names() == (others + ["walk_person01.trc"]).sorted())
  }

  @Test func `Files of an earlier run stay where not all can be written`() throws {
    for name in ["walk_person01.trc", "walk_person07.trc"] {
      try "old".write(toFile: folder.path(name), atomically: true, encoding: .utf8)
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("walk_person02.trc"), withIntermediateDirectories: false)
    let writer = try TRCWriter(path: folder.path("walk.trc"), context: .fixture())
    #expect(throws: OutputError(.create, path: folder.path("walk_person02.trc"), code: EISDIR)) {
      try writer.writeAll([.fixture(0, people: [.fixture(1), .fixture(2)])])
    }
    #expect(try folder.names() == ["walk_person01.trc", "walk_person02.trc", "walk_person07.trc"])
    #expect(try folder.text("walk_person01.trc") == "old")
  }
}

extension TRCWriterTests {
  fileprivate func write(_ records: [FrameRecord], _ context: ExportContext) throws -> [String] {
    try write(records, longestGap: 1, context)
  }
}

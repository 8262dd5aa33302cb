import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

/// What every format must do.
struct AllFormatsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func target(_ format: ExportFormat) -> ExportTarget { ExportTarget(format, path: folder.path("out")) }

  /// All text that was written, in the order of the files' names.
  func text() throws -> String {
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted()
    return try files.map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder.path(name), isDirectory: &isFolder)
      return isFolder.boolValue ? "" : "\(name)\n" + (try folder.text(name))
    }.joined()
  }

  @Test(arguments: ExportFormat.allCases)
  func `Nothing that is no number is ever written`(_ format: ExportFormat) throws {
    var person = PersonRecord.fixture(3, missing: [0, 5, 16])
    person.pose.box.x1 = .nan
    person.pose.box.y2 = .infinity
    person.pose.score = .nan
    person.pose.keypoints[3].confidence = .nan
    person.pose.keypoints[8].y = -.infinity
    try target(format).makeWriter(.fixture()).writeAll([.fixture(0, people: [person]), .fixture(1)])
    let text = try text().lowercased()
    #expect(!text.contains("nan"))
    #expect(!text.contains("inf"))
  }

  @Test(arguments: ExportFormat.allCases)
  func `A run without frames can be finished`(_ format: ExportFormat) throws {
    let writer = try target(format).makeWriter(.fixture())
    try writer.finish()
    try writer.finish()
    writer.abandon()
    if format.isSingleFile { #expect(try folder.names() == ["out"]) }
  }

  @Test(arguments: ExportFormat.allCases)
  func `A run that fails before its first frame leaves nothing behind`(_ format: ExportFormat) throws {
    let writer = try target(format).makeWriter(.fixture())
    writer.abandon()
    writer.abandon()
    #expect(try folder.names() == [])
  }

  @Test(arguments: ExportFormat.allCases)
  func `A run that fails later keeps its frames and no temporary file`(_ format: ExportFormat) throws {
    let writer = try target(format).makeWriter(.fixture())
    try writer.write(.fixture(0, people: [.fixture(1)]))
    writer.abandon()
    let names = try folder.names()
    #expect(names.count == 1)
    #expect(names.allSatisfy { !$0.hasPrefix(".") })
    #expect(writer.outputs.allSatisfy { FileManager.default.fileExists(atPath: $0) })
  }

  @Test(arguments: ExportFormat.allCases)
  func `A folder that does not exist is refused before the run`(_ format: ExportFormat) throws {
    let path = folder.path("missing/out")
    #expect(throws: OutputError(.create, path: path, code: ENOENT)) {
      try ExportTarget(format, path: path).makeWriter(.fixture())
    }
  }

  @Test(arguments: ExportFormat.allCases.filter(\.isSingleFile))
  func `A full disk is an error that names the file`(_ format: ExportFormat) throws {
    let writer = try ExportTarget(format, path: "/dev/full").makeWriter(.fixture())
    #expect(throws: OutputError(.write, path: "/dev/full", code: ENOSPC)) {
      try writer.writeAll([.fixture(0, people: [.fixture(1)])])
    }
    writer.abandon()
    #expect(try folder.names() == [])
  }

  @Test(arguments: ExportFormat.allCases.filter(\.isSingleFile))
  func `A folder in the file's place is refused before the run`(_ format: ExportFormat) throws {
    #expect(throws: OutputError(.create, path: folder.url.path, code: EISDIR)) {
      try ExportTarget(format, path: folder.url.path).makeWriter(.fixture())
    }
  }

  @Test(arguments: ExportFormat.allCases)
  func `The native CSV gives the same text as the run itself`(_ format: ExportFormat) throws {
    var records = [FrameRecord.fixture(0, people: [.fixture(1), .fixture(2, score: 0.1234567, missing: [3])])]
    records.append(.fixture(1))
    var moved = PersonRecord.fixture(1, score: 0.33335)
    for index in moved.pose.keypoints.indices { moved.pose.keypoints[index].x += 0.123_456 * Float(index) }
    moved.pose.box = Box(x1: 10.005, y1: 20.015, x2: 333.335, y2: 401.994_9)
    records.append(.fixture(2, people: [moved]))
    // The official layout alone has all digits, which the native CSV has not.
    guard format != .official else { return }
    let source = try TemporaryFolder()
    try PoseCSVWriter(path: source.path("match.csv"), skeleton: .coco17).writeAll(records)
    try RunDescription.fixture.write(to: source.path("match.json"))
    try target(format).makeWriter(.fixture()).writeAll(records)
    let direct = try text()
    for name in try folder.names() { try FileManager.default.removeItem(atPath: folder.path(name)) }
    _ = try PoseConversion(input: source.path("match.csv")).write([target(format)])
    if format == .csv { try FileManager.default.removeItem(atPath: folder.path("out.json")) }
    #expect(try text() == direct)
  }
}

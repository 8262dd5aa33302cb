import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

struct PoseWriterGroupTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `Every format is written at once`() throws {
    let targets = ExportFormat.allCases.map { ExportTarget($0, path: folder.path($0.rawValue)) }
    let group = try PoseWriterGroup(targets, context: .fixture())
    try group.writeAll([.fixture(0, people: [.fixture(1)]), .fixture(1)])
    #expect(group.outputs.count == targets.count)
    #expect(group.outputs.allSatisfy { FileManager.default.fileExists(atPath: $0) })
  }

  @Test func `One output that fails does not cost the others a frame`() throws {
    let targets = [ExportTarget(.csv, path: "/dev/full"), ExportTarget(.ndjson, path: folder.path("poses.ndjson"))]
    let group = try PoseWriterGroup(targets, context: .fixture())
    try group.write(.fixture(0))
    try group.write(.fixture(1))
    #expect(throws: OutputError(.write, path: "/dev/full", code: ENOSPC)) { try group.finish() }
    #expect(try folder.text("poses.ndjson").split(separator: "\n").count == 2)
    #expect(group.outputs == [folder.path("poses.ndjson")])
  }

  @Test func `When all outputs have failed, the error of each is told at once`() throws {
    let group = try PoseWriterGroup(
      [.csv, .ndjson].map { ExportTarget($0, path: "/dev/full") }, context: .fixture())
    let reason = "cannot write /dev/full: No space left on device"
    let error = #expect(throws: OutputErrors.self) { try group.write(.fixture(0)) }
    #expect(error?.description == "\(reason); \(reason)")
    #expect(!group.isAlive)
  }

  @Test func `What fails before an output's first frame is that output's error and leaves its older file`() throws {
    try "old".write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    let targets = [
      ExportTarget(.csv, path: folder.path("poses.csv")), ExportTarget(.motChallenge, path: folder.path("mot.txt")),
    ]
    let group = try PoseWriterGroup(targets, context: .fixture())
    let error = OutputError(.write, path: folder.path("poses.json"), code: ENOSPC)
    group.willBegin = { [csv = folder.path("poses.csv")] in if $0 == csv { throw error } }
    try group.write(.fixture(0, people: [.fixture(1)]))
    group.willBegin = { _ in Issue.record("called again") }
    try group.write(.fixture(1, people: [.fixture(1)]))
    #expect(throws: error) { try group.finish() }
    #expect(try folder.text("poses.csv") == "old")
    #expect(try folder.text("mot.txt").split(separator: "\n").count == 2)
  }

  @Test func `Where one output cannot be opened the others leave no trace`() throws {
    let targets = [
      ExportTarget(.csv, path: folder.path("poses.csv")), ExportTarget(.openPose, path: folder.path("folder")),
      ExportTarget(.coco, path: folder.path("coco.json")),
      ExportTarget(.motChallenge, path: folder.path("missing/mot.txt")),
    ]
    #expect(throws: OutputError(.create, path: folder.path("missing/mot.txt"), code: ENOENT)) {
      try PoseWriterGroup(targets, context: .fixture())
    }
    #expect(try folder.names() == [])
  }
}

import Export
import Foundation
import Kapao
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
    #expect(throws: ExportError(.write, path: "/dev/full", code: ENOSPC)) { try group.write(.fixture(0)) }
    try group.write(.fixture(1))
    try group.finish()
    #expect(try folder.text("poses.ndjson").split(separator: "\n").count == 2)
  }

  @Test func `Where one output cannot be opened the others leave no trace`() throws {
    let targets = [
      ExportTarget(.csv, path: folder.path("poses.csv")), ExportTarget(.openPose, path: folder.path("folder")),
      ExportTarget(.coco, path: folder.path("coco.json")), ExportTarget(.mot, path: folder.path("missing/mot.txt")),
    ]
    #expect(throws: ExportError(.create, path: folder.path("missing/mot.txt"), code: ENOENT)) {
      try PoseWriterGroup(targets, context: .fixture())
    }
    #expect(try folder.names() == [])
  }
}

import Export
import Kapao
import TestSupport
import Testing

struct COCOResultsWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(_ records: [FrameRecord], _ context: ExportContext = .fixture()) throws -> [[String: Any]] {
    try COCOResultsWriter(path: folder.path("poses.json"), context: context).writeAll(records)
    return try #require(try json(folder.text("poses.json")) as? [[String: Any]])
  }

  @Test func `Each person of each frame is a result`() throws {
    let results = try write([
      .fixture(0, people: [.fixture(4), .fixture()]), .fixture(1), .fixture(2, people: [.fixture(4)]),
    ])
    #expect(results.map { $0["image_id"] as? Int } == [0, 0, 2])
    #expect(results.allSatisfy { $0["category_id"] as? Int == 1 })
    #expect(results.map { $0["track_id"] as? Int } == [4, nil, 4])
    #expect(results[0]["score"] as? Double == 0.875)
    #expect(results[0]["bbox"] as? [Double] == [10, 20.25, 290.13, 379.75])
  }

  @Test func `A regressed keypoint is as sure as its person and a missing one is zero`() throws {
    let results = try write([.fixture(0, people: [.fixture(missing: [2])])])
    let keypoints = try #require(results[0]["keypoints"] as? [Double])
    #expect(keypoints.count == 51)
    #expect(keypoints[0..<9] == [100, 200.5, 0.75, 101, 199.5, 0.875, 0, 0, 0])
  }

  @Test func `Unconfirmed keypoints are missing on request`() throws {
    let results = try write([.fixture(0, people: [.fixture()])], .fixture(keypointObjectsOnly: true))
    let keypoints = try #require(results[0]["keypoints"] as? [Double])
    #expect(keypoints[0..<6] == [100, 200.5, 0.75, 0, 0, 0])
  }

  @Test func `A box that is no box is left out`() throws {
    var person = PersonRecord.fixture()
    person.pose.box.x1 = .nan
    #expect(try write([.fixture(0, people: [person])])[0]["bbox"] == nil)
  }

  @Test func `Nobody at all is an empty list`() throws { #expect(try write([.fixture(0), .fixture(1)]).isEmpty) }

  @Test func `The list appears only when it is complete`() throws {
    try "old".write(toFile: folder.path("poses.json"), atomically: true, encoding: .utf8)
    let writer = try COCOResultsWriter(path: folder.path("poses.json"), context: .fixture())
    try writer.write(.fixture(0, people: [.fixture()]))
    #expect(try folder.text("poses.json") == "old")
    try writer.finish()
    #expect(try json(folder.text("poses.json")) is [Any])
    #expect(try folder.names() == ["poses.json"])
  }
}

import Export
import Kapao
import Support
import TestSupport
import Testing

struct DeepLabCutWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(_ records: [FrameRecord], layout: DeepLabCutWriter.Layout = .multiAnimal) throws -> [[String]] {
    try DeepLabCutWriter(path: folder.path("dlc.csv"), context: .fixture(), layout: layout).writeAll(records)
    let lines = try folder.text("dlc.csv").split(separator: "\n")
    return lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  @Test func `Several animals have four rows of header`() throws {
    let rows = try write([.fixture(0, people: [.fixture(2), .fixture(5)])])
    #expect(rows.prefix(4).map { $0[0] } == ["scorer", "individuals", "bodyparts", "coords"])
    #expect(rows.allSatisfy { $0.count == 1 + 2 * 17 * 3 })
    #expect(rows[0][1] == "kapao_n")
    #expect([rows[1][1], rows[1][51], rows[1][52]] == ["track2", "track2", "track5"])
    #expect(rows[2][1...4] == ["nose", "nose", "nose", "left_eye"])
    #expect(rows[3][1...4] == ["x", "y", "likelihood", "x"])
  }

  @Test func `Every frame is a row, and who is not there is empty`() throws {
    let rows = try write([
      .fixture(0, people: [.fixture(2)]), .fixture(1), .fixture(2, people: [.fixture(5), .fixture(2)]),
    ])
    #expect(rows.dropFirst(4).map { $0[0] } == ["0", "1", "2"])
    #expect(rows[4][1] == "100.00")
    #expect(rows[4][52...].allSatisfy { $0.isEmpty })
    #expect(rows[5][1...].allSatisfy { $0.isEmpty })
    #expect(rows[6][1...].allSatisfy { !$0.isEmpty })
  }

  @Test func `Frames that were dropped are rows too`() throws {
    let rows = try write([.fixture(1, people: [.fixture(2)]), .fixture(4, people: [.fixture(2)])])
    #expect(rows.dropFirst(4).map { $0[0] } == ["0", "1", "2", "3", "4"])
    #expect(rows.dropFirst(4).map { $0[1] } == ["", "100.00", "", "", "100.00"])
  }

  @Test func `The likelihood of a regressed keypoint is the person's score, never 0`() throws {
    let rows = try write([.fixture(0, people: [.fixture(1, missing: [2])])])
    #expect(rows[4][1...9] == ["100.00", "200.50", "0.7500", "101.00", "199.50", "0.8750", "", "", ""])
  }

  @Test func `One animal is the person who is in most frames`() throws {
    let rows = try write(
      [
        .fixture(0, people: [.fixture(1), .fixture(2)]), .fixture(1, people: [.fixture(2)]),
        .fixture(2, people: [.fixture(3)]),
      ], layout: .singleAnimal)
    #expect(rows.prefix(3).map { $0[0] } == ["scorer", "bodyparts", "coords"])
    #expect(rows.allSatisfy { $0.count == 1 + 17 * 3 })
    #expect(rows.dropFirst(3).map { $0[1] } == ["100.00", "100.00", ""])
  }

  @Test func `Without tracking people are ranked by score in each frame`() throws {
    let rows = try write([.fixture(0, people: [.fixture(score: 0.25), .fixture(score: 0.5)])])
    #expect([rows[1][1], rows[1][52]] == ["rank0", "rank1"])
    #expect([rows[4][6], rows[4][57]] == ["0.5000", "0.2500"])
  }

  @Test func `Bystanders without a track are left out where others have one`() throws {
    let rows = try write([.fixture(0, people: [.fixture(), .fixture(8)])])
    #expect(Set(rows[1].dropFirst()) == ["track8"])
  }

  @Test func `A number that is far from all others is an error, not millions of rows`() throws {
    try "old".write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    let targets = [
      ExportTarget(.deepLabCut, path: folder.path("poses.csv")),
      ExportTarget(.motChallenge, path: folder.path("mot.txt")),
    ]
    let group = try PoseWriterGroup(targets, context: .fixture())
    try group.write(.fixture(0, people: [.fixture(1)]))
    try group.write(.fixture(20_000_000, people: [.fixture(1)]))
    let error = #expect(throws: OutputError.self) { try group.finish() }
    #expect(
      error?.description
        == "cannot write \(folder.path("poses.csv")): 19999999 frames before frame 20000000 are missing, "
        + "and DeepLabCut's CSV has a row for each")
    #expect(try folder.names() == ["mot.txt", "poses.csv"])
    #expect(try folder.text("poses.csv") == "old")
  }

  @Test func `Nobody at all is one animal that is never seen`() throws {
    let rows = try write([.fixture(0), .fixture(1)])
    #expect(rows.count == 6)
    #expect(rows.allSatisfy { $0.count == 52 })
  }
}

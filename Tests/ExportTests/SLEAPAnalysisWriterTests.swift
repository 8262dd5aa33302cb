import Export
import Kapao
import TestSupport
import Testing

struct SLEAPAnalysisWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `Each person is a row with SLEAP's columns`() throws {
    let path = folder.path("clip.analysis.csv")
    try SLEAPAnalysisWriter(path: path, context: .fixture())
      .writeAll([.fixture(0, people: [.fixture(3, missing: [2])]), .fixture(1), .fixture(2, people: [.fixture()])])
    let table = CSVTable(try folder.text("clip.analysis.csv"))
    #expect(table.columns.prefix(6) == ["track", "frame_idx", "instance.score", "nose.x", "nose.y", "nose.score"])
    #expect(table.columns.count == 3 + 17 * 3)
    #expect(table.rows.map { $0["track"] } == ["track_3", ""])
    #expect(table.rows.map { $0["frame_idx"] } == ["0", "2"])
    let row = table.rows[0]
    #expect([row["instance.score"], row["nose.score"], row["left_eye.score"]] == ["0.8750", "0.7500", "0.8750"])
    #expect([row["right_eye.x"], row["right_eye.y"], row["right_eye.score"]] == ["", "", ""])
  }
}

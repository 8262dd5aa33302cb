import Export
import Kapao
import TestSupport
import Testing

struct OfficialCSVWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `A frame is a row of all people by falling score, and an empty one for nobody`() throws {
    var weak = PersonRecord.fixture(1, score: 0.25)
    weak.pose.keypoints[0].x = 1.5
    try OfficialCSVWriter(path: folder.path("demo.csv"), context: .fixture())
      .writeAll([.fixture(0, people: [weak, .fixture(2)]), .fixture(1), .fixture(2, people: [weak])])
    let text = try folder.text("demo.csv")
    let rows = text.components(separatedBy: "\r\n").map {
      $0.isEmpty ? [] : $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.map(\.count) == [102, 0, 51, 0])
    #expect(rows[0][0..<6] == ["100.0", "200.5", "0.75", "101.0", "199.5", "0.0"])
    #expect(rows[0][51] == "1.5")
  }

  @Test func `Where only confirmed keypoints are shown, every cell is filled as the demo fills it`() throws {
    try OfficialCSVWriter(path: folder.path("demo.csv"), context: .fixture(keypointObjectsOnly: true))
      .writeAll([.fixture(0, people: [.fixture(1)])])
    let cells = try folder.text("demo.csv").dropLast(2).split(separator: ",", omittingEmptySubsequences: false)
    #expect(cells.count == 51)
    #expect(cells[0..<6] == ["100.0", "200.5", "0.75", "101.0", "199.5", "0.0"])
  }

  @Test func `Numbers have all their digits`() throws {
    var person = PersonRecord.fixture()
    person.pose.keypoints[0].x = 412.123_44
    try OfficialCSVWriter(path: folder.path("demo.csv"), context: .fixture())
      .writeAll([.fixture(0, people: [person])])
    #expect(try folder.text("demo.csv").hasPrefix("412.1234436035156,"))
  }
}

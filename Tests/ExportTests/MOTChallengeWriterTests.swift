import Export
import Kapao
import TestSupport
import Testing

struct MOTChallengeWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `Frames count from 1 and boxes are by corner and size`() throws {
    try MOTChallengeWriter(path: folder.path("mot.txt"), context: .fixture())
      .writeAll([
        .fixture(0, people: [.fixture(3), .fixture(score: 0.5)]), .fixture(1), .fixture(2, people: [.fixture(3)]),
      ])
    #expect(
      try folder.text("mot.txt") == """
        1,3,10.00,20.25,290.13,379.75,0.8750,-1,-1,-1
        1,-1,10.00,20.25,290.13,379.75,0.5000,-1,-1,-1
        3,3,10.00,20.25,290.13,379.75,0.8750,-1,-1,-1

        """)
  }

  @Test func `A person without a box has no line`() throws {
    var person = PersonRecord.fixture(1)
    person.pose.box.y1 = .nan
    try MOTChallengeWriter(path: folder.path("mot.txt"), context: .fixture()).writeAll([.fixture(0, people: [person])])
    #expect(try folder.text("mot.txt").isEmpty)
  }
}

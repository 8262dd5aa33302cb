import Export
import Foundation
import Kapao
import TestSupport
import Testing

struct PoseConversionTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17)
      .writeAll([.fixture(0, people: [.fixture(1)]), .fixture(1)])
  }

  @Test func `The description beside the CSV names video and network`() throws {
    try RunDescription.fixture.write(to: folder.path("poses.json"))
    let conversion = try PoseConversion(input: folder.path("poses.csv"))
    #expect(conversion.notes.isEmpty)
    let result = try conversion.write([ExportTarget(.openPose, path: folder.path("out"))])
    #expect(result == PoseConversion.Result(frames: 2, people: 1, outputs: [folder.path("out")]))
    #expect(FileManager.default.fileExists(atPath: folder.path("out/match_000000000001_keypoints.json")))
  }

  @Test func `A CSV that is converted to a CSV keeps its description`() throws {
    try RunDescription.fixture.write(to: folder.path("poses.json"))
    _ = try PoseConversion(input: folder.path("poses.csv")).write([ExportTarget(.csv, path: folder.path("copy.csv"))])
    #expect(try folder.text("copy.csv") == (try folder.text("poses.csv")))
    #expect(try folder.text("copy.json") == (try folder.text("poses.json")))
  }

  @Test func `Without a description the CSV's name serves, and a note says so`() throws {
    let conversion = try PoseConversion(input: folder.path("poses.csv"))
    #expect(conversion.notes.count == 1)
    _ = try conversion.write([ExportTarget(.openPose, path: folder.path("out"))])
    #expect(FileManager.default.fileExists(atPath: folder.path("out/poses_000000000000_keypoints.json")))
  }

  @Test func `A CSV in which nobody has a track is known as such`() throws {
    #expect(try !PoseConversion(input: folder.path("poses.csv")).isUntracked)
    try PoseCSVWriter(path: folder.path("plain.csv"), skeleton: .coco17).writeAll([.fixture(0, people: [.fixture()])])
    #expect(try PoseConversion(input: folder.path("plain.csv")).isUntracked)
  }

  @Test func `What can be read once only is converted too`() throws {
    let pipe = folder.path("pipe")
    try #require(mkfifo(pipe, 0o600) == 0)
    let text = Data(try folder.text("poses.csv").utf8)
    let feeder = Thread { try? FileHandle(forWritingTo: URL(fileURLWithPath: pipe)).write(contentsOf: text) }
    feeder.start()
    _ = try PoseConversion(input: pipe).write([ExportTarget(.csv, path: folder.path("copy.csv"))])
    #expect(try folder.text("copy.csv") == (try folder.text("poses.csv")))
  }

  @Test func `Partial poses stay partial`() throws {
    var description = RunDescription.fixture
    description.settings["keypoint_objects_only"] = true
    try description.write(to: folder.path("poses.json"))
    _ = try PoseConversion(input: folder.path("poses.csv")).write([ExportTarget(.sleap, path: folder.path("sleap.csv"))]
    )
    let row = CSVTable(try folder.text("sleap.csv")).rows[0]
    #expect([row["nose.x"], row["left_eye.x"]] == ["100.00", ""])
  }

  @Test func `An error in the last line leaves nothing behind`() throws {
    let text = try folder.text("poses.csv") + "oops\n"
    try text.write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    #expect(throws: PoseCSVError(path: folder.path("poses.csv"), line: 4, reason: "1 fields instead of 77")) {
      try PoseConversion(input: folder.path("poses.csv")).write([
        ExportTarget(.motChallenge, path: folder.path("mot.txt"))
      ])
    }
    #expect(try folder.names() == ["poses.csv"])
  }

  @Test func `An interruption finishes the outputs up to there`() throws {
    try RunDescription.fixture.write(to: folder.path("poses.json"))
    let conversion = try PoseConversion(input: folder.path("poses.csv"))
    let targets = [
      ExportTarget(.coco, path: folder.path("coco.json")), ExportTarget(.csv, path: folder.path("copy.csv")),
    ]
    var frames = 0
    func interrupted(at count: Int) -> Bool {
      defer { frames += 1 }
      return frames == count
    }
    #expect(try conversion.write(targets) { true } == PoseConversion.Result(wasInterrupted: true))
    #expect(try folder.names() == ["poses.csv", "poses.json"])
    let result = try conversion.write(targets) { interrupted(at: 1) }
    #expect(result.frames == 1)
    #expect(result.wasInterrupted)
    #expect(try folder.names() == ["coco.json", "copy.csv", "copy.json", "poses.csv", "poses.json"])
    #expect(try folder.text("copy.csv").split(separator: "\n").count == 2)
  }

  @Test func `A frame's number that no reader could tell from its neighbour is refused`() throws {
    let text = try folder.text("poses.csv").replacing("\n1,", with: "\n9223372036854775806,")
    try text.write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    let error = #expect(throws: PoseCSVError.self) { try PoseConversion(input: folder.path("poses.csv")) }
    #expect(error?.column == "frame")
  }

  @Test func `A description that is none is refused`() throws {
    let path = folder.path("poses.json")
    func reason() -> String? {
      do { _ = try PoseConversion(input: folder.path("poses.csv")) } catch { return (error as? PoseCSVError)?.reason }
      return nil
    }
    try "[1,".write(toFile: path, atomically: true, encoding: .utf8)
    let advice = "; name it with --description, or move this file away"
    #expect(reason() == "not the description of a run (no JSON)" + advice)
    // COCO's results are JSON, too.
    try "[]".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(reason() == "not the description of a run (no object)" + advice)
    #expect(throws: PoseCSVError(path: folder.path("poses.csv"), reason: "not the description of a run (no JSON)")) {
      try PoseConversion(input: folder.path("poses.csv"), description: folder.path("poses.csv"))
    }
    try "{}".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(reason()?.hasPrefix("not the description of a run (at ") == true)
    var description = RunDescription.fixture
    description.skeleton = .init(.crowdPose14)
    try description.write(to: path)
    #expect(reason() == "describes other keypoints than \(folder.path("poses.csv")) has")
    #expect(throws: PoseCSVError(path: "/none.json", reason: "No such file or directory")) {
      try PoseConversion(input: folder.path("poses.csv"), description: "/none.json")
    }
  }

  @Test(arguments: [false, true])
  func `Positions before smoothing are kept`(_ keypointObjectsOnly: Bool) throws {
    var (smoothed, filled) = (PersonRecord.fixture(1), PersonRecord.fixture(1))
    smoothed.raw = .fixture()
    smoothed.raw?.keypoints[0].x = 12.346
    smoothed.raw?.keypoints[3].y = .nan
    smoothed.raw?.keypoints[4].x = .infinity
    filled.state = .filled
    let records = [
      FrameRecord.fixture(0, people: [smoothed, .fixture(2)]), .fixture(1, people: [filled]), .fixture(2),
    ]
    let path = folder.path("smooth.csv")
    try PoseCSVWriter(
      path: path, skeleton: .coco17, keypointObjectsOnly: keypointObjectsOnly, hasRawPositions: true
    ).writeAll(records)
    var description = RunDescription.fixture
    description.settings["keypoint_objects_only"] = .flag(keypointObjectsOnly)
    for name in ["smooth.json", nil] {
      if let name { try description.write(to: folder.path(name)) }
      _ = try PoseConversion(input: path).write([ExportTarget(.csv, path: folder.path("copy.csv"))])
      #expect(try folder.text("copy.csv") == (try folder.text("smooth.csv")))
      if let name { try FileManager.default.removeItem(atPath: folder.path(name)) }
    }
  }

  @Test func `How each pose was obtained is kept, and a word that is no state is an error`() throws {
    var person = PersonRecord.fixture(1)
    person.state = .predicted
    let records = [FrameRecord.fixture(0, people: [.fixture(1)]), .fixture(1, people: [person]), .fixture(2)]
    let path = folder.path("skipped.csv")
    try PoseCSVWriter(path: path, skeleton: .coco17, hasStates: true).writeAll(records)
    try NDJSONWriter(path: folder.path("direct.ndjson"), context: .fixture(hasStates: true)).writeAll(records)
    _ = try PoseConversion(input: path).write([
      ExportTarget(.csv, path: folder.path("copy.csv")), ExportTarget(.ndjson, path: folder.path("copy.ndjson")),
    ])
    let text = try folder.text("skipped.csv")
    #expect(try folder.text("copy.csv") == text)
    #expect(try folder.text("copy.ndjson") == (try folder.text("direct.ndjson")))
    try text.replacing("predicted", with: "guessed").write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: PoseCSVError.self) { try PoseConversion(input: path) }
    #expect(error?.column == "state")
    #expect(error?.line == 3)
  }
}

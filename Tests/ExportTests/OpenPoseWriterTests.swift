import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

struct OpenPoseWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func people(_ name: String) throws -> [[String: Any]] {
    let object = try #require(try json(folder.text("out/\(name)")) as? [String: Any])
    #expect(object["version"] as? Double == 1.3)
    return try #require(object["people"] as? [[String: Any]])
  }

  func write(_ records: [FrameRecord], layout: OpenPoseWriter.Layout, skeleton: Skeleton = .coco17) throws {
    try OpenPoseWriter(path: folder.path("out"), context: .fixture(skeleton), layout: layout).writeAll(records)
  }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted() }

  @Test func `Each frame is a file, also one with nobody`() throws {
    try write([.fixture(0, people: [.fixture(7), .fixture()]), .fixture(1)], layout: .openPose)
    #expect(try names() == ["match_000000000000_keypoints.json", "match_000000000001_keypoints.json"])
    let first = try people("match_000000000000_keypoints.json")
    #expect(first.map { $0["person_id"] as? [Int] } == [[7], [-1]])
    #expect((first[0]["hand_left_keypoints_3d"] as? [Any])?.isEmpty == true)
    #expect(try people("match_000000000001_keypoints.json").isEmpty)
  }

  @Test func `OpenPose's points are in its order, with a neck between the shoulders`() throws {
    try write([.fixture(0, people: [.fixture(missing: [2])])], layout: .openPose)
    let points = try #require(
      try people("match_000000000000_keypoints.json")[0]["pose_keypoints_2d"] as? [Double])
    #expect(points.count == 54)
    // Nose; neck from 5 and 6, of which 6 is fused with 0.75 and 5 has the person's score; right shoulder.
    #expect(points[0..<9] == [100, 200.5, 0.75, 105.5, 195, 0.75, 106, 194.5, 0.75])
    // The right eye is missing; the left one is not.
    #expect(points[42..<48] == [0, 0, 0, 101, 199.5, 0.875])
  }

  @Test func `A neck without both shoulders is missing`() throws {
    try write([.fixture(0, people: [.fixture(missing: [5])])], layout: .openPose)
    let points = try #require(
      try people("match_000000000000_keypoints.json")[0]["pose_keypoints_2d"] as? [Double])
    #expect(points[3..<6] == [0, 0, 0])
  }

  @Test func `Pose2Sim's points are COCO's, head, neck and hip, and the frame is the name's last number`() throws {
    try write([.fixture(12, people: [.fixture()])], layout: .pose2Sim)
    #expect(try names() == ["match_000012.json"])
    let points = try #require(try people("match_000012.json")[0]["pose_keypoints_2d"] as? [Double])
    #expect(points.count == 60)
    #expect(points[48..<50] == [116, 184.5])
    #expect(points[51...] == [0, 0, 0, 105.5, 195, 0.75, 111.5, 189, 0.75])
  }

  @Test func `CrowdPose's neck is taken as it is and its face is missing`() throws {
    try write([.fixture(0, people: [.fixture(count: 14)])], layout: .openPose, skeleton: .crowdPose14)
    let points = try #require(
      try people("match_000000000000_keypoints.json")[0]["pose_keypoints_2d"] as? [Double])
    #expect(points[0..<5] == [0, 0, 0, 113, 187.5])
  }

  @Test func `Files of an earlier run go, and only those`() throws {
    try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: false)
    let others = ["match_1_keypoints.json", "match_final_keypoints.json", "other_000000000009_keypoints.json"]
    for name in others + ["match_000000000009_keypoints.json"] {
      try "{}".write(toFile: folder.path("out/\(name)"), atomically: true, encoding: .utf8)
    }
    try write([.fixture(0)], layout: .openPose)
    #expect(try names() == (others + ["match_000000000000_keypoints.json"]).sorted())
  }

  @Test func `Files of an earlier run stay where the first frame cannot be written`() throws {
    // A folder in the place of the first frame's file.
    try FileManager.default.createDirectory(
      atPath: folder.path("out/match_000000000000_keypoints.json"), withIntermediateDirectories: true)
    try "{}".write(
      toFile: folder.path("out/match_000000000009_keypoints.json"), atomically: true, encoding: .utf8)
    let before = try names()
    #expect(throws: OutputError.self) { try write([.fixture(0)], layout: .openPose) }
    #expect(try names() == before)
  }

  @Test func `A file in the folder's place is refused`() throws {
    try "x".write(toFile: folder.path("out"), atomically: true, encoding: .utf8)
    #expect(throws: OutputError(.create, path: folder.path("out"), code: ENOTDIR)) {
      try OpenPoseWriter(path: folder.path("out"), context: .fixture())
    }
  }
}

import Export
import Kapao
import TestSupport
import Testing

struct PoseTrackWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(_ records: [FrameRecord], skeleton: Skeleton = .coco17) throws -> (
    images: [[String: Any]], annotations: [[String: Any]], categories: [[String: Any]]
  ) {
    try PoseTrackWriter(path: folder.path("poses.json"), context: .fixture(skeleton)).writeAll(records)
    let object = try #require(try json(folder.text("poses.json")) as? [String: [[String: Any]]])
    return (
      try #require(object["images"]), try #require(object["annotations"]), try #require(object["categories"])
    )
  }

  @Test func `Every frame is an image, and each person an annotation of it`() throws {
    let file = try write([
      .fixture(0, people: [.fixture(3), .fixture(9)]), .fixture(1), .fixture(2, people: [.fixture(3)]),
    ])
    #expect(file.images.map { $0["id"] as? Int } == [10_000_010_000, 10_000_010_001, 10_000_010_002])
    #expect(file.images.allSatisfy { $0["nframes"] as? Int == 3 && $0["vid_id"] as? String == "000001" })
    #expect(file.images[1]["file_name"] as? String == "images/match/000001.jpg")
    #expect(file.annotations.map { $0["image_id"] as? Int } == [10_000_010_000, 10_000_010_000, 10_000_010_002])
    #expect(file.annotations.map { $0["track_id"] as? Int } == [3, 9, 3])
    #expect(file.annotations.map { $0["id"] as? Int } == [1, 2, 3])
  }

  @Test func `Keypoints are PoseTrack's: no eyes, a neck between the shoulders, no top of the head`() throws {
    let file = try write([.fixture(0, people: [.fixture(3)])])
    let names = try #require(file.categories[0]["keypoints"] as? [String])
    #expect(names.prefix(4) == ["nose", "head_bottom", "head_top", "left_ear"])
    #expect(names.count == 17)
    let keypoints = try #require(file.annotations[0]["keypoints"] as? [Double])
    #expect(keypoints.count == 51)
    #expect(keypoints[0..<12] == [100, 200.5, 1, 105.5, 195, 1, 0, 0, 0, 103, 197.5, 1])
    let scores = try #require(file.annotations[0]["scores"] as? [Double])
    #expect(scores.count == 17)
    #expect(scores[0..<5] == [0.75, 0.75, 0, 0.75, 0.875])
  }

  @Test func `CrowdPose has both ends of the head and no nose`() throws {
    let file = try write([.fixture(0, people: [.fixture(3, count: 14)])], skeleton: .crowdPose14)
    let keypoints = try #require(file.annotations[0]["keypoints"] as? [Double])
    #expect(keypoints[0..<9] == [0, 0, 0, 113, 187.5, 1, 112, 188.5, 1])
  }

  @Test func `Without tracking people are numbered in their frame`() throws {
    let file = try write([.fixture(0, people: [.fixture(), .fixture()])])
    #expect(file.annotations.map { $0["track_id"] as? Int } == [0, 1])
  }
}

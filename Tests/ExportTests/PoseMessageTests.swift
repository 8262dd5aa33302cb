import Analysis
import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

@Suite("Messages of poses")
struct PoseMessageTests {
  @Test("people are told with identity, state, box and the keypoints that are known")
  func people() throws {
    var keypoints = [Keypoint](repeating: Keypoint(x: 10.004, y: 20), count: Skeleton.coco17.count)
    keypoints[0] = Keypoint(x: 1, y: 2, confidence: 0.5, source: .keypointObject)
    keypoints[1] = Keypoint(x: .nan, y: .nan)
    let pose = Pose(box: Box(x1: 0, y1: 1, x2: 30, y2: 40), score: 0.75, keypoints: keypoints)
    let record = FrameRecord(
      index: 7, pts: 700, time: 0.28, people: [PersonRecord(pose: pose, trackID: 3, state: .predicted)])
    let message = PoseMessage(record, skeleton: .coco17, date: Date(timeIntervalSince1970: 100.5))
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(message)) as? [String: Any]
    let root = try #require(json)
    #expect(root["frame"] as? Int == 7)
    #expect(root["time_s"] as? Double == 0.28)
    #expect(root["clock"] as? Double == 100.5)
    let person = try #require((root["people"] as? [[String: Any]])?.first)
    #expect(person["track_id"] as? Int == 3)
    #expect(person["state"] as? String == "predicted")
    #expect(person["score"] as? Double == 0.75)
    #expect(person["bbox"] as? [Double] == [0, 1, 30, 40])
    let written = try #require(person["keypoints"] as? [String: Any])
    #expect(written.count == 17 && written["left_eye"] is NSNull)
    let points = written.compactMapValues { $0 as? [String: Any] }
    #expect(points["nose"]?["conf"] as? Double == 0.5)
    #expect(points["nose"]?["src"] as? String == Keypoint.Source.keypointObject.rawValue)
    #expect(points["left_knee"]?["x"] as? Double == 10)
    #expect(points["left_knee"]?["conf"] is NSNull)
    #expect(person["position"] == nil && root["pts"] == nil)
    let confirmed = PoseMessage(record, skeleton: .coco17, keypointObjectsOnly: true).people[0].keypoints
    #expect(confirmed["nose"] != nil && confirmed["left_knee"] == nil)
  }

  @Test("who is on a court has a place there, in messages as in lines of NDJSON")
  func position() throws {
    let folder = try TemporaryFolder()
    var people = [PersonRecord.fixture(1), .fixture(2), .fixture(3)]
    people[0].position = RunningMovement.State(
      time: 1, position: Point2(3.20049, 5.44), speed: nil, distance: 0, zones: [:])
    people[1].position = RunningMovement.State(
      time: 1, position: Point2(-0.5, 9), speed: 2.34567, distance: 12.3456,
      zones: ["sides": "left", "base": "on the T"])
    let record = FrameRecord.fixture(4, people: people)
    try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture()).writeAll([record])
    let line = try JSONDecoder().decode(PoseMessage.self, from: Data(folder.text("poses.ndjson").utf8))
    let message = PoseMessage(record, skeleton: .coco17)
    for people in [line.people, message.people] {
      #expect(people.map { $0.position?.x } == [3.2, -0.5, nil])
      #expect(people.map { $0.position?.speed } == [nil, 2.346, nil])
      #expect(people[1].position?.distance == 12.35)
      #expect(people[1].position?.zones == ["sides": "left", "base": "on the T"])
    }
    #expect(try folder.text("poses.ndjson").contains("\"speed_m_s\":null"))
  }

  @Test("the text that is written is the record's JSON", arguments: [true, false])
  func text(isLive: Bool) throws {
    var broken = PersonRecord.fixture(3, score: .nan)
    broken.pose.box.x1 = .infinity
    broken.pose.keypoints[4].x = 1e20
    broken.position = RunningMovement.State(
      time: 1, position: Point2(-0.5, 9), speed: 2.34567, distance: 12.3456, zones: ["net": "\"left\"", "a": "b"])
    var small = PersonRecord.fixture(missing: [2])
    small.state = .filled
    small.pose.box.x1 = -0.001
    small.position = RunningMovement.State(time: 1, position: Point2(0.1, 0.2), speed: nil, distance: 0, zones: [:])
    for people in [[], [small, broken]] {
      let record = FrameRecord.fixture(2, people: people)
      let message = PoseMessage(
        record, skeleton: .coco17, hasStates: isLive, date: isLive ? Date(timeIntervalSince1970: 1.23456) : nil)
      var text = TextBuffer()
      text.append(json: message)
      #expect(try JSONDecoder().decode(PoseMessage.self, from: Data(text.bytes)) == message)
      let written = try JSONSerialization.jsonObject(with: Data(text.bytes)) as? NSDictionary
      let encoded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(message)) as? NSDictionary
      #expect(written != nil && written == encoded)
    }
  }
}

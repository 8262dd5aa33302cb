import Export
import Foundation
import Kapao
import Service
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
    let message = PoseMessage(record, date: Date(timeIntervalSince1970: 100.5), skeleton: .coco17)
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
    let points = try #require(person["keypoints"] as? [String: [String: Any]])
    #expect(points.count == 16 && points["left_eye"] == nil)
    #expect(points["nose"]?["conf"] as? Double == 0.5)
    #expect(points["nose"]?["src"] as? String == Keypoint.Source.keypointObject.rawValue)
    #expect(points["left_knee"]?["x"] as? Double == 10)
    #expect(points["left_knee"]?["conf"] == nil)
    let confirmed = try JSONEncoder().encode(
      PoseMessage(record, date: Date(), skeleton: .coco17, keypointObjectsOnly: true))
    let text = String(decoding: confirmed, as: UTF8.self)
    #expect(text.contains("\"nose\"") && !text.contains("\"left_knee\""))
  }
}

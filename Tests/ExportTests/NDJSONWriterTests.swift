import Export
import Foundation
import Kapao
import TestSupport
import Testing

struct NDJSONWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func lines() throws -> [[String: Any]] {
    try folder.text("poses.ndjson").split(separator: "\n").map {
      try #require(try json(String($0)) as? [String: Any])
    }
  }

  @Test func `Each frame is a line as soon as it is written`() throws {
    let writer = try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture())
    for index in 0..<3 {
      try writer.write(.fixture(index, people: index == 1 ? [] : [.fixture(2)]))
      #expect(try lines().count == index + 1)
    }
    try writer.finish()
    let frames = try lines()
    #expect(frames.map { $0["frame"] as? Int } == [0, 1, 2])
    #expect(frames.map { $0["pts"] as? Int } == [0, 1001, 2002])
    #expect(frames[2]["time_s"] as? Double == 0.066733)
    #expect(frames.map { ($0["people"] as? [Any])?.count } == [1, 0, 1])
  }

  @Test func `Names and meaning are those of the native CSV, and what is missing is null`() throws {
    try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture())
      .writeAll([.fixture(0, people: [.fixture(2, missing: [2]), .fixture()])])
    let people = try #require(try lines()[0]["people"] as? [[String: Any]])
    #expect(people.map { $0["track_id"] as? Int } == [2, nil])
    #expect(people[0]["bbox"] as? [Double] == [10, 20.25, 300.13, 400])
    let keypoints = try #require(people[0]["keypoints"] as? [String: Any])
    #expect(keypoints.count == 17)
    let nose = try #require(keypoints["nose"] as? [String: Any])
    #expect([nose["x"] as? Double, nose["y"] as? Double, nose["conf"] as? Double] == [100, 200.5, 0.75])
    #expect(nose["src"] as? String == "kp")
    let eye = try #require(keypoints["left_eye"] as? [String: Any])
    #expect(eye["conf"] is Double == false)
    #expect(eye["src"] as? String == "pose")
    #expect(keypoints["right_eye"] is [String: Any] == false)
  }

  @Test func `How a pose was come by is said where some were not found in their frame`() throws {
    var person = PersonRecord.fixture(1)
    person.state = .interpolated
    try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture(hasStates: true))
      .writeAll([.fixture(0, people: [person])])
    let people = try #require(try lines()[0]["people"] as? [[String: Any]])
    #expect(people[0]["state"] as? String == "interpolated")
    try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture()).writeAll([.fixture(0, people: [person])])
    #expect((try lines()[0]["people"] as? [[String: Any]])?[0]["state"] == nil)
  }

  @Test func `A line is the record that messages have, too`() throws {
    let record = FrameRecord.fixture(2, people: [.fixture(2, missing: [2]), .fixture()])
    try NDJSONWriter(path: folder.path("poses.ndjson"), context: .fixture(hasStates: true)).writeAll([record])
    let line = try JSONDecoder().decode(PoseMessage.self, from: Data(folder.text("poses.ndjson").utf8))
    #expect(line == PoseMessage(record, skeleton: .coco17))
    let message = PoseMessage(record, skeleton: .coco17, date: Date(timeIntervalSince1970: 100.5))
    #expect(line.people == message.people && line.time == message.time)
    #expect(line.pts == 2002 && line.clock == nil && message.pts == nil && message.clock == 100.5)
  }
}

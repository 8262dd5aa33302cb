import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

struct PoseCSVWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func write(_ records: [FrameRecord], keypointObjectsOnly: Bool = false, hasRawPositions: Bool = false)
    throws -> CSVTable
  {
    let writer = try PoseCSVWriter(
      path: folder.path("poses.csv"), skeleton: .coco17, keypointObjectsOnly: keypointObjectsOnly,
      hasRawPositions: hasRawPositions)
    for record in records { try writer.write(record) }
    try writer.finish()
    return CSVTable(try folder.text("poses.csv"))
  }

  @Test func `The header names frame, person and four columns for each keypoint`() throws {
    let columns = try write([]).columns
    #expect(
      columns.prefix(9) == [
        "frame", "time_s", "pts", "track_id", "person_score", "bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2",
      ])
    #expect(columns[9..<13] == ["nose_x", "nose_y", "nose_conf", "nose_src"])
    #expect(columns.last == "right_ankle_src")
    #expect(columns.count == 9 + 17 * 4)
  }

  @Test func `With smoothing, what was found stands beside what was smoothed`() throws {
    var smooth = Pose.fixture()
    smooth.keypoints[0].x = 99
    let people = [
      PersonRecord(pose: smooth, trackID: 1, raw: .fixture()), PersonRecord(pose: smooth, trackID: 2, state: .filled),
    ]
    let table = try write([.fixture(0, people: people), .fixture(1)], hasRawPositions: true)
    #expect(table.columns.count == 9 + 17 * 4 + 1 + 17 * 2)
    let (found, filled, nobody) = (table.rows[0], table.rows[1], table.rows[2])
    #expect([found["state"], found["nose_x"], found["nose_x_raw"]] == ["detected", "99.00", "100.00"])
    #expect([filled["state"], filled["nose_x"], filled["nose_x_raw"]] == ["filled", "99.00", ""])
    #expect([nobody["state"], nobody["nose_x"], nobody["nose_x_raw"]] == ["", "", ""])
  }

  @Test func `Each person is a row with the frame's time`() throws {
    let table = try write([
      .fixture(
        7, people: [PersonRecord(pose: .fixture()), PersonRecord(pose: .fixture(score: 0.5), trackID: 3)])
    ])
    #expect(table.rows.count == 2)
    let (first, second) = (table.rows[0], table.rows[1])
    #expect(first["frame"] == "7")
    #expect(first["time_s"] == "0.233567")
    #expect(first["pts"] == "7007")
    #expect(first["track_id"] == "")
    #expect(first["person_score"] == "0.8750")
    #expect(first["bbox_y1"] == "20.25")
    #expect(first["bbox_x2"] == "300.13")
    #expect(second["track_id"] == "3")
    #expect(second["person_score"] == "0.5000")
  }

  @Test func `A fused keypoint has a confidence and a regressed one has none`() throws {
    let row = try write([.fixture(0, people: [PersonRecord(pose: .fixture())])]).rows[0]
    #expect([row["nose_x"], row["nose_y"], row["nose_conf"], row["nose_src"]] == ["100.00", "200.50", "0.7500", "kp"])
    #expect(
      [row["left_eye_x"], row["left_eye_y"], row["left_eye_conf"], row["left_eye_src"]]
        == ["101.00", "199.50", "", "pose"])
  }

  @Test func `Keypoints that no keypoint object confirmed are empty on request, never zero`() throws {
    let row = try write([.fixture(0, people: [PersonRecord(pose: .fixture())])], keypointObjectsOnly: true).rows[0]
    #expect(row["nose_src"] == "kp")
    #expect([row["left_eye_x"], row["left_eye_y"], row["left_eye_conf"], row["left_eye_src"]] == ["", "", "", ""])
  }

  @Test func `A frame with nobody is one row with empty fields`() throws {
    let table = try write([.fixture(0), .fixture(1, people: [PersonRecord(pose: .fixture())]), .fixture(2)])
    #expect(table.rows.map { $0["frame"] } == ["0", "1", "2"])
    #expect(table.rows[2]["pts"] == "2002")
    #expect(table.rows[2].filter { !$0.value.isEmpty }.keys.sorted() == ["frame", "pts", "time_s"])
  }

  @Test func `A position that is no number is empty`() throws {
    var pose = Pose.fixture()
    pose.keypoints[0].x = .nan
    pose.keypoints[1].y = .infinity
    pose.keypoints[3].confidence = .nan
    pose.box.x1 = -.infinity
    let row = try write([.fixture(0, people: [PersonRecord(pose: pose)])]).rows[0]
    #expect([row["nose_x"], row["nose_y"], row["nose_conf"], row["nose_src"]] == ["", "", "", ""])
    #expect([row["left_eye_x"], row["left_eye_src"], row["left_ear_conf"], row["bbox_x1"]] == ["", "", "", ""])
    #expect(row["left_ear_src"] == "kp")
  }

  @Test func `A pose with fewer or more keypoints than the skeleton keeps the columns in place`() throws {
    let people = [PersonRecord(pose: .fixture(count: 1)), PersonRecord(pose: .fixture(count: 30))]
    let rows = try write([.fixture(0, people: people)]).rows
    #expect(rows[0]["nose_x"] == "100.00")
    #expect(rows[0]["left_eye_src"] == "")
    #expect(rows[1]["right_ankle_x"] == "116.00")
  }

  @Test func `CrowdPose's columns follow its skeleton`() throws {
    let writer = try PoseCSVWriter(path: folder.path("crowd.csv"), skeleton: .crowdPose14)
    try writer.write(.fixture(0, people: [PersonRecord(pose: .fixture(count: 14))]))
    try writer.finish()
    let table = CSVTable(try folder.text("crowd.csv"))
    #expect(table.columns.count == 9 + 14 * 4)
    #expect(table.rows[0]["neck_x"] == "113.00")
  }

  @Test func `Every frame is in the file as soon as it is written`() throws {
    let writer = try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17)
    for index in 0..<3 {
      try writer.write(.fixture(index, people: [PersonRecord(pose: .fixture())]))
      let table = CSVTable(try folder.text("poses.csv"))
      #expect(table.rows.count == index + 1)
    }
    try writer.finish()
  }

  @Test func `What was there stays until the first frame, and is then replaced as a whole`() throws {
    let old = String(repeating: "an earlier run\n", count: 1000)
    try old.write(toFile: folder.path("poses.csv"), atomically: true, encoding: .utf8)
    let writer = try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17)
    #expect(try folder.text("poses.csv") == old)
    try writer.write(.fixture(0))
    try writer.finish()
    #expect(CSVTable(try folder.text("poses.csv")).rows.count == 1)
  }

  @Test func `A run that fails before its first frame leaves nothing behind`() throws {
    try PoseCSVWriter(path: folder.path("new.csv"), skeleton: .coco17).abandon()
    try "old".write(toFile: folder.path("old.csv"), atomically: true, encoding: .utf8)
    try PoseCSVWriter(path: folder.path("old.csv"), skeleton: .coco17).abandon()
    #expect(try folder.names() == ["old.csv"])
    #expect(try folder.text("old.csv") == "old")
  }

  @Test func `A run that fails later keeps its rows`() throws {
    let writer = try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17)
    try writer.write(.fixture(0))
    writer.abandon()
    #expect(CSVTable(try folder.text("poses.csv")).rows.count == 1)
    #expect(throws: OutputError(.write, path: folder.path("poses.csv"), code: EBADF)) {
      try writer.write(.fixture(1))
    }
  }

  @Test func `A folder that does not exist is refused before the run`() throws {
    let path = folder.path("missing/poses.csv")
    #expect(throws: OutputError(.create, path: path, code: ENOENT)) {
      try PoseCSVWriter(path: path, skeleton: .coco17)
    }
    #expect(throws: OutputError(.create, path: folder.url.path, code: EISDIR)) {
      try PoseCSVWriter(path: folder.url.path, skeleton: .coco17)
    }
  }

  @Test func `A full disk is an error that names the file`() throws {
    let writer = try PoseCSVWriter(path: "/dev/full", skeleton: .coco17)
    let error = #expect(throws: OutputError.self) { try writer.write(.fixture(0)) }
    #expect(error == OutputError(.write, path: "/dev/full", code: ENOSPC))
    #expect(error?.description == "cannot write /dev/full: No space left on device")
  }

  @Test func `With frames that were skipped, each pose says how it was obtained`() throws {
    let writer = try PoseCSVWriter(path: folder.path("poses.csv"), skeleton: .coco17, hasStates: true)
    let states = [PersonRecord.State.detected, .interpolated, .predicted]
    let people = states.map { PersonRecord(pose: .fixture(), state: $0) }
    try writer.writeAll([.fixture(0, people: people), .fixture(1)])
    let table = CSVTable(try folder.text("poses.csv"))
    #expect(table.columns.count == 9 + 17 * 4 + 1)
    #expect(table.columns.last == "state")
    #expect(table.rows.map { $0["state"] } == ["detected", "interpolated", "predicted", ""])
  }
}

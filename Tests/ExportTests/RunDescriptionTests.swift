import Export
import Foundation
import Kapao
import Support
import TestSupport
import Testing

struct RunDescriptionTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  let description = RunDescription(
    program: .init(version: "0.1.0"),
    source: .init(
      name: "clips/match.mp4", frameRate: "30000/1001", timeBase: "1/30000", size: ImageSize(width: 1920, height: 1080),
      rotation: 90, duration: 12.5),
    model: .init(
      name: "kapao_s.safetensors", sha256: "ab12", architecture: "kapao-s", inputSize: 1024, backend: "onednn"),
    skeleton: .coco17,
    settings: [
      "preset": "demo", "conf-thres": 0.5, "tta": false, "overwrite_tol": 50, "scales": .numbers([0.8, 1, 1.2]),
    ],
    started: Date(timeIntervalSince1970: 1_700_000_000))

  @Test func `What was written is read back`() throws {
    var finished = description
    finished.ended = Date(timeIntervalSince1970: 1_700_000_060)
    finished.totals = .init(frames: 300, people: 512, damaged: 2, interrupted: true)
    try finished.write(to: folder.path("poses.json"))
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path("poses.json")))
    #expect(try RunDescription(json: data) == finished)
    #expect(try folder.names() == ["poses.json"])
  }

  @Test func `Keys are plain for other programs`() throws {
    let object = try #require(try JSONSerialization.jsonObject(with: description.json()) as? [String: Any])
    let source = try #require(object["source"] as? [String: Any])
    #expect(source["frame_rate"] as? String == "30000/1001")
    #expect(source["time_base"] as? String == "1/30000")
    let settings = try #require(object["settings"] as? [String: Any])
    #expect(settings["conf-thres"] as? Double == 0.5)
    #expect(settings["overwrite_tol"] as? Double == 50)
    #expect(settings["preset"] as? String == "demo")
    #expect((settings["tta"] as? Bool) == false)
    #expect((object["skeleton"] as? [String: Any])?["keypoints"] as? [String] == Skeleton.coco17.keypointNames)
    #expect(object["started"] as? String == "2023-11-14T22:13:20Z")
    #expect(object["totals"] == nil)
  }

  @Test(arguments: [
    ("rtsp://admin:secret@camera/live", "rtsp://camera/live"),
    ("rtsp://admin:s@cret@camera:554/live?x=a@b", "rtsp://camera:554/live?x=a@b"),
    ("http://camera/a@b.mjpg", "http://camera/a@b.mjpg"), ("me@home.mp4", "me@home.mp4"),
  ])
  func `User name and password are not written`(_ given: String, _ written: String) {
    let source = RunDescription.Source(
      name: given, frameRate: nil, timeBase: "1/90000", size: ImageSize(width: 2, height: 2))
    #expect(source.name == written)
  }

  @Test(arguments: [
    ("poses.csv", "poses.json"), ("/data/a.b/poses", "/data/a.b/poses.json"), ("a.b.csv", "a.b.json"),
    ("poses.json", "poses.json.run.json"),
  ])
  func `The side-car lies beside the export`(_ export: String, _ sidecar: String) {
    #expect(RunDescription.path(beside: export) == sidecar)
  }

  @Test func `Standard output has no side-car`() { #expect(RunDescription.path(beside: "-") == nil) }

  @Test func `An error names the side-car and leaves no temporary file`() throws {
    let path = folder.path("missing/poses.json")
    #expect(throws: OutputError(.create, path: path, code: ENOENT)) { try description.write(to: path) }
    let directory = folder.path("directory")
    try FileManager.default.createDirectory(atPath: directory + "/inside", withIntermediateDirectories: true)
    #expect(throws: OutputError(.create, path: directory, code: EISDIR)) { try description.write(to: directory) }
    #expect(try folder.names() == ["directory"])
  }
}

import Foundation
import TestSupport
import Testing

@Suite("A second look at each person")
struct RefineTests {
  private let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path

  /// Rows of the CSV of a run over the first seconds of the sample clip, and the side-car's settings.
  private func rows(_ arguments: [String]) throws -> (rows: [[String: String]], settings: [String: Any]) {
    try Media.withFolder { folder in
      let csv = folder.appending(path: "poses.csv").path
      let outcome = Program.run(["annotate", clip, "--csv", csv, "--end", "1.5", "--quiet"] + arguments)
      try #require(outcome.status == 0, "\(outcome.errors)")
      var lines = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
      let header = lines.removeFirst()
      let data = try Data(contentsOf: folder.appending(path: "poses.json"))
      let description = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let settings = try #require(description["settings"] as? [String: Any])
      return (lines.map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }, settings)
    }
  }

  @Test("it moves keypoints, and neither adds anybody nor leaves anybody out", arguments: ["none", "oks"])
  func people(tracker: String) throws {
    let (first, off) = try rows(["--refine", "off", "--tracker", tracker])
    let (second, auto) = try rows(["--tracker", tracker])
    #expect(off["refine"] as? String == "off" && auto["refine"] as? String == "auto")
    let who = ["frame", "track_id"]
    #expect(first.map { row in who.map { row[$0]! } } == second.map { row in who.map { row[$0]! } })
    let moved = zip(first, second).filter { $0["left_knee_x"] != $1["left_knee_x"] }.count
    #expect(moved > first.count / 2)
    #expect(Set(second.flatMap { row in ["pose", "kp"].filter { row["nose_src"] == $0 } }).count == 2)
  }

  @Test("a number is the most people of a frame")
  func number() throws {
    let (first, _) = try rows(["--refine", "off", "--tracker", "none"])
    let (second, settings) = try rows(["--refine", "1", "--tracker", "none"])
    #expect(settings["refine"] as? Int == 1)
    let moved = zip(first, second).filter { $0 != $1 }.map { $0.0["frame"]! }
    #expect(!moved.isEmpty && Set(moved).count == moved.count)
  }

  @Test("frames between detections have people who were found in crops, the same in every run")
  func skippedFrames() throws {
    let (some, _) = try rows(["--detect-every", "4"])
    #expect(try rows(["--detect-every", "4"]).rows == some)
    let between = some.filter { Int($0["frame"]!)! % 4 != 0 && $0["person_score"] != "" }
    #expect(between.count { $0["state"] == "detected" } > between.count * 3 / 4)
    let (plain, _) = try rows(["--detect-every", "4", "--refine", "off"])
    #expect(plain.map { $0["frame"]! + $0["track_id"]! } == some.map { $0["frame"]! + $0["track_id"]! })
  }

  @Test("test-time augmentation does without it, unless it is asked for")
  func augmented() throws {
    #expect(try rows(["--tta", "--end", "0.2"]).settings["refine"] as? String == "off")
    #expect(try rows(["--tta", "--refine", "2", "--end", "0.2"]).settings["refine"] as? Int == 2)
  }

  @Test(
    "what is no number of people ends with exit code 2",
    arguments: [
      ["annotate", "in.mp4", "-o", "out.mp4"], ["export", "in.mp4", "-f", "csv", "-o", "out.csv"],
      ["stream", "in.mp4"],
      ["eval", "--images", "val", "--annotations", "val.json"],
    ], [["--refine=0"], ["--refine=301"], ["--refine=often"], ["--refine", "0"]])
  func usage(command: [String], option: [String]) {
    let outcome = Program.run(command + option)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--refine takes off, auto, or a number from 1 to 300"))
  }

  @Test(
    "labelled images are measured with it, and the joints are nearer to the labels",
    .enabled(if: Fixtures.shared("dataset/val.json") != nil))
  func accuracy() throws {
    let labels = try #require(Fixtures.shared("dataset"))
    let outcome = Program.run(
      "eval", "--quiet", "--refine", "--images", "\(labels)/val", "--annotations", "\(labels)/val.json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let line = try #require(outcome.output.split(separator: "\n").first { $0.contains("AP") })
    let precision = try #require(line.split(whereSeparator: { " =".contains($0) }).compactMap { Double($0) }.last)
    #expect(precision >= 0.36)
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Poses of a stored CSV are tracked, smoothed and thinned out anew")
struct StoredPosesTests {
  private typealias Row = [String: String]

  private let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path

  private func rows(_ path: URL) throws -> [Row] {
    var lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = lines.removeFirst()
    return lines.map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }

  /// The rows of a run over the first seconds of the sample clip.
  private func export(_ arguments: [String], to name: String, in folder: URL) throws -> [Row] {
    let outcome = Program.run(
      ["export", clip, "--quiet", "--refine", "off", "--end", "2", "--format", "csv", "-o", name] + arguments,
      in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try rows(folder.appending(path: name))
  }

  private func convert(_ input: String, _ arguments: [String], to name: String, in folder: URL) throws -> [Row] {
    let outcome = Program.run(["convert", input, "--quiet", "--to", "csv", "-o", name] + arguments, in: folder)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try rows(folder.appending(path: name))
  }

  private func expectEqualPositions(_ one: [Row], _ other: [Row]) {
    #expect(one.map { $0["track_id"] } == other.map { $0["track_id"] })
    #expect(one.map { $0["state"] } == other.map { $0["state"] })
    for (row, counterpart) in zip(one, other) {
      for column in ["nose_x", "left_ankle_y", "bbox_x1", "right_wrist_x_raw"] {
        guard let value = Double(row[column] ?? ""), let wanted = Double(counterpart[column] ?? "") else {
          #expect(row[column] == counterpart[column])
          continue
        }
        #expect(abs(value - wanted) < 0.021)
      }
    }
  }

  @Test("tracking stored poses, weak ones among them, gives what tracking in the run gives")
  func tracking() throws {
    try Media.withFolder { folder in
      let found = try export(["--tracker", "none", "--pose-confidence", "0.1"], to: "all.csv", in: folder)
      #expect(found.allSatisfy { $0["track_id"] == "" })
      for tracker in [["oks"], ["players", "--people", "3", "--region", "0,0.2 1,0.2 1,1 0,1"]] {
        let wanted = try export(["--tracker"] + tracker, to: "wanted.csv", in: folder)
        let tracked = try convert(
          "all.csv", ["--tracker"] + tracker + ["--pose-confidence", "0.2"], to: "tracked.csv", in: folder)
        #expect(wanted.contains { $0["track_id"] != "" })
        #expect(tracked == wanted)
      }
      let description = try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.appending(path: "tracked.json")))
      let settings = try #require((description as? [String: Any])?["settings"] as? [String: Any])
      #expect(settings["tracker"] as? String == "players" && settings["people"] as? Int == 3)
      #expect(settings["pose_confidence"] as? Double == 0.2)
    }
  }

  @Test("smoothing stored poses gives what smoothing in the run gives, also from smoothed ones")
  func smoothing() throws {
    try Media.withFolder { folder in
      _ = try export([], to: "raw.csv", in: folder)
      let wanted = try export(["--smooth", "butterworth"], to: "smooth.csv", in: folder)
      let smooth = ["--smooth", "butterworth"]
      expectEqualPositions(try convert("raw.csv", smooth, to: "once.csv", in: folder), wanted)
      expectEqualPositions(try convert("smooth.csv", smooth, to: "again.csv", in: folder), wanted)
      let euro = try convert("raw.csv", ["--smooth", "one-euro"], to: "euro.csv", in: folder)
      expectEqualPositions(try convert("smooth.csv", ["--smooth", "one-euro"], to: "euro2.csv", in: folder), euro)
    }
  }

  @Test("thinning out keeps every N-th frame as it is")
  func thinning() throws {
    try Media.withFolder { folder in
      let all = try export([], to: "all.csv", in: folder)
      let some = try convert("all.csv", ["--thin", "3"], to: "some.csv", in: folder)
      #expect(!some.isEmpty && some == all.filter { Int($0["frame"]!)! % 3 == 0 })
      let skipped = try convert("all.csv", ["--detect-every", "4", "--tracker", "oks"], to: "skipped.csv", in: folder)
      for row in skipped where row["state"] != "" {
        #expect((row["state"] == "detected") == (Int(row["frame"]!)! % 4 == 0))
      }
      let trc = Program.run(["convert", "some.csv", "--thin", "2", "--to", "trc", "-o", "walk.trc"], in: folder)
      #expect(trc.status == 0, "\(trc.errors)")
    }
  }

  /// Boxes of two who cross, as another program may have found them: no scores, no keypoints, no description.
  private func foreignCSV(skeleton header: String) -> String {
    let count = header.split(separator: ",").count
    var lines = [header]
    for frame in 0..<40 {
      for (person, x) in [100 + 10 * frame, 500 - 10 * frame].enumerated() {
        let (top, bottom) = (100 + 20 * person, 220 + 30 * person)
        var values = ["\(frame)", "\(Double(frame) / 25)", "\(frame)", "", ""]
        values += [x, top, x + 40, bottom].map { "\($0)" }
        values += [String](repeating: "", count: count - values.count)
        lines.append(values.joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test("people of another program, who are boxes without scores, are told apart")
  func otherPrograms() throws {
    try Media.withFolder { folder in
      _ = try export(["--end", "0.2"], to: "header.csv", in: folder)
      let header = try String(contentsOf: folder.appending(path: "header.csv"), encoding: .utf8)
        .split(separator: "\n")[0]
      try foreignCSV(skeleton: String(header)).write(
        to: folder.appending(path: "boxes.csv"), atomically: true, encoding: .utf8)
      let tracked = try convert("boxes.csv", ["--tracker", "oks"], to: "tracked.csv", in: folder)
      #expect(tracked.count == 80)
      for (id, top) in [("1", "100.00"), ("2", "120.00")] {
        #expect(tracked.filter { $0["track_id"] == id }.map { $0["bbox_y1"] } == [String](repeating: top, count: 40))
      }
      // Nobody has a track to smooth along, and the picture's size is unknown.
      for arguments in [["--smooth", "one-euro"], ["--tracker", "players", "--crowd-size", "0.1"]] {
        let outcome = Program.run(["convert", "boxes.csv", "--to", "csv", "-o", "x.csv"] + arguments, in: folder)
        #expect(outcome.status == 2)
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x.csv").path))
      }
    }
  }

  @Test(
    "options that mean nothing end with exit code 2",
    arguments: [["--detect-every", "auto"], ["--thin", "0"], ["--pose-confidence", "0.3"]])
  func usage(arguments: [String]) {
    #expect(Program.run(["convert", "in.csv", "--to", "csv", "-o", "out.csv"] + arguments).status == 2)
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Looking for people in every N-th frame")
struct DetectEveryTests {
  private let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path

  /// Rows of the CSV of a run over the first seconds of the sample clip, with the lines that the run printed.
  private func rows(_ arguments: [String], in folder: URL) throws -> (rows: [[String: String]], errors: String) {
    let csv = folder.appending(path: "poses.csv").path
    let outcome = Program.run(["annotate", clip, "--csv", csv, "--end", "2"] + arguments)
    try #require(outcome.status == 0, "\(outcome.errors)")
    var lines = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = lines.removeFirst()
    return (lines.map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }, outcome.errors)
  }

  @Test("every frame is what no option gives")
  func everyFrame() throws {
    try Media.withFolder { folder in
      let plain = try rows([], in: folder).rows
      #expect(!plain.isEmpty)
      #expect(try rows(["--detect-every", "1"], in: folder).rows == plain)
    }
  }

  @Test(
    "two of three frames are marked, and those that are not have what is found in them anyway",
    arguments: ["oks", "none"])
  func everyThird(tracker: String) throws {
    try Media.withFolder { folder in
      let all = try rows(["--tracker", tracker, "--refine", "off"], in: folder).rows
      let (some, errors) = try rows(["--tracker", tracker, "--detect-every", "3", "--refine", "off"], in: folder)
      func frames(_ rows: [[String: String]]) -> [String] {
        rows.map { "\($0["frame"]!) \($0["time_s"]!) \($0["pts"]!)" }.reduce(into: []) {
          if $0.last != $1 { $0.append($1) }
        }
      }
      #expect(frames(some) == frames(all))
      #expect(errors.contains("in 7 of 20 frames"))
      for row in some where row["person_score"] != "" {
        let isDetected = Int(row["frame"]!)! % 3 == 0
        #expect((row["state"] == "detected") == isDetected)
        #expect(isDetected || ["interpolated", "predicted"].contains(row["state"]))
      }
      let states = some.filter { $0["person_score"] != "" }.map { $0["state"]! }
      #expect(states.count { $0 == "interpolated" } > states.count { $0 == "predicted" })
      if tracker == "none" {
        // With a tracker, whom a weak pose carries on differs.
        let found = all.filter { Int($0["frame"]!)! % 3 == 0 }
        let seen = some.filter { Int($0["frame"]!)! % 3 == 0 }
        #expect(found.map { $0["nose_x"] } == seen.map { $0["nose_x"] })
        #expect(some.allSatisfy { $0["track_id"] == "" })
      }
      let description = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "poses.json")))
      let fields = try #require(description as? [String: Any])
      #expect((fields["settings"] as? [String: Any])?["detect_every"] as? Int == 3)
      #expect((fields["totals"] as? [String: Any])?["detected_frames"] as? Int == 7)
    }
  }

  @Test("an explicit N gives the same poses twice")
  func repeatable() throws {
    try Media.withFolder { folder in
      let runs = try (0..<2).map { _ in
        try rows(["--detect-every", "4", "--smooth", "butterworth"], in: folder).rows
      }
      #expect(runs[0] == runs[1])
    }
  }

  @Test("frames, their times and the audio are the input's", arguments: ["3", "30", "auto"])
  func media(every: String) throws {
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mp4").path
      let outcome = Program.annotate(Media.path("av.mp4"), ["-o", output, "--detect-every", every])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let frames = [Media.path("av.mp4"), output].map { Media.probe($0, entries: "frame=pts_time") }
      #expect(!frames[0].isEmpty && frames[0] == frames[1])
      let sound = [Media.path("av.mp4"), output].map {
        Media.probe($0, stream: "a:0", entries: "packet=data_hash", arguments: ["-show_data_hash", "md5"])
      }
      #expect(!sound[0].isEmpty && sound[0] == sound[1])
    }
  }

  @Test(
    "what is no number of frames ends with exit code 2",
    arguments: ["annotate", "export", "stream"], ["0", "31", "often"])
  func usage(command: String, value: String) {
    let outcome = Program.run([command, "in.mp4", "-o", "out.json", "--detect-every", value])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("auto, or a number from 1 to 30"))
  }
}

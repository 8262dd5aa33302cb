import Foundation
import Kapao
import TestSupport
import Testing

/// `kapao-video analyse` and `kapao-video court` on poses whose truth is known.
struct AnalyseTests {
  /// A squash court seen from above, 100 px a metre, its front wall at the top, its corner at (100, 50).
  private static let corners = """
    name,x,y
    front-left,100,50
    front-right,740,50
    back-right,740,1025
    back-left,100,1025
    t,420,594
    """

  /// Two people for ten seconds at 25 frames a second: track 1 walks from the front wall to the back at 0.9 m/s and squats on
  /// the way, five times; track 4 stands on the T. Track 4 is called 7 in the last two seconds. Frame 100 has nobody.
  private static func poses() -> String {
    let names = Skeleton.coco17.keypointNames
    var text = "frame,time_s,pts,track_id,person_score,bbox_x1,bbox_y1,bbox_x2,bbox_y2,"
    text += names.map { "\($0)_x,\($0)_y,\($0)_conf,\($0)_src" }.joined(separator: ",") + "\n"
    func row(_ frame: Int, _ track: Int, _ x: Double, _ y: Double, knee: Double) -> String {
      // The hip comes down by what the bent knee takes; thigh and shank are 40 px, the person faces right.
      let half = knee / 2 * .pi / 180
      let (ankle, kneePoint) = ((x, y), (x + 40 * sin(half), y - 40 * cos(half)))
      let hip = (x, y - 80 * cos(half))
      let points: [(Double, Double)] = names.map { name in
        switch name.split(separator: "_").last {
        case "ankle": ankle
        case "knee": kneePoint
        case "hip": hip
        case "shoulder": (hip.0, hip.1 - 60)
        case "elbow": (hip.0, hip.1 - 30)
        case "wrist": (hip.0, hip.1 - 5)
        default: (hip.0 + 8, hip.1 - 80)
        }
      }
      let box = String(format: "%.2f,%.2f,%.2f,%.2f", x - 20, hip.1 - 100, x + 60, y)
      let fields = points.map { String(format: "%.2f,%.2f,0.9,kp", $0.0, $0.1) }.joined(separator: ",")
      return String(format: "%d,%.6f,%d,%d,0.9,", frame, Double(frame) / 25, frame, track) + box + "," + fields + "\n"
    }
    for frame in 0..<250 {
      let time = Double(frame) / 25
      if frame == 100 {
        text += "100,4.000000,100" + String(repeating: ",", count: 6 + 4 * names.count) + "\n"
        continue
      }
      let knee = 45 - 45 * cos(2 * .pi * time / 2)
      text += row(frame, 1, 300, 50 + 100 * (0.4 + 0.9 * time), knee: knee)
      text += row(frame, frame < 200 ? 4 : 7, 420, 594, knee: 0)
    }
    return text
  }

  private func inFolder(_ body: (URL) throws -> Void) throws {
    try Media.withFolder { folder in
      try Self.poses().write(to: folder.appending(path: "poses.csv"), atomically: true, encoding: .utf8)
      try Self.corners.write(to: folder.appending(path: "points.csv"), atomically: true, encoding: .utf8)
      Media.run(
        "ffmpeg",
        [
          "-v", "error", "-f", "lavfi", "-i", "color=s=840x1080", "-frames:v", "1",
          folder.appending(path: "frame.png").path,
        ])
      try body(folder)
    }
  }

  private func fit(in folder: URL) -> Program.Outcome {
    Program.run(
      ["court", "fit", "frame.png", "--court", "squash", "--points", "points.csv", "-o", "court.json"], in: folder)
  }

  private func rows(_ path: URL) throws -> [[String: String]] {
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  @Test("a court is fitted from points, and metres, speeds and time on the T come out")
  func court() throws {
    try inFolder { folder in
      let fitted = fit(in: folder)
      #expect(fitted.status == 0, "\(fitted.errors)")
      #expect(fitted.errors.contains("t: 0.0 cm"))
      let outcome = Program.run(
        [
          "analyse", "poses.csv", "--court", "court.json", "--merge", "1=Anna", "--merge", "4+7=Ben", "--movement",
          "m.csv",
          "--summary", "s.json", "--report", "r.html", "--repetitions", "right knee", "--heat-map", "h.png",
        ], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      // A court of 6.4 m and 0.6 m on each side for each of both, in 900 px for 10.95 m.
      #expect(Media.probe(folder.appending(path: "h.png").path, entries: "stream=width,height") == ["1248,900"])
      let movement = try rows(folder.appending(path: "m.csv"))
      let anna = movement.filter { $0["name"] == "Anna" }
      #expect(anna.count == 249)
      #expect(anna.allSatisfy { abs(Double($0["x_m"]!)! - 2) < 0.01 && abs(Double($0["speed_m_s"]!)! - 0.9) < 0.01 })
      #expect(abs(Double(anna.last!["distance_m"]!)! - 0.9 * 249 / 25) < 0.05)
      let summary = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "s.json"))) as? [String: Any])
      let people = try #require(summary["people"] as? [[String: Any]])
      #expect(people.map { $0["name"] as? String } == ["Anna", "Ben"])
      let ben = try #require(people[1]["movement"] as? [String: Any])
      #expect(ben["distance"] as? Double == 0)
      #expect((ben["base"] as? [String: Any])?["share"] as? Double == 1)
      let counted = try #require((people[0]["repetitions"] as? [[String: Any]])?.first)
      #expect(counted["count"] as? Int == 4 || counted["count"] as? Int == 5)
      #expect(abs((counted["mean_range"] as? Double ?? 0) - 90) < 2)
      let page = try String(contentsOf: folder.appending(path: "r.html"), encoding: .utf8)
      #expect(page.contains("Anna") && page.contains("class=\"heat\"") && !page.contains("http"))
    }
  }

  @Test("angles are those of the figure, in CSV and in OpenSim's files")
  func angles() throws {
    try inFolder { folder in
      let outcome = Program.run(
        [
          "analyse", "poses.csv", "--person", "1", "--side", "right", "--angles", "a.csv", "--mot", "walk.mot",
          "--names", "opensim",
        ],
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let angles = try rows(folder.appending(path: "a.csv"))
      #expect(angles.count == 249)
      for row in angles {
        let knee = 45 - 45 * cos(2 * .pi * Double(row["time_s"]!)! / 2)
        #expect(abs(Double(row["right_knee_deg"]!)! - knee) < 0.5)
        #expect(abs(Double(row["trunk_deg"]!)! - 90) < 0.1)
      }
      let lines = try String(contentsOf: folder.appending(path: "walk_person01.mot"), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[2] == "nRows=249")
      let head = try #require(lines.first { $0.hasPrefix("time\t") }).split(separator: "\t")
      #expect(lines[3] == "nColumns=\(head.count)")
      #expect(head.contains("knee_angle_r") && head.contains("hip_flexion_l"))
    }
  }

  @Test("markers in metres, strides and a database come out of a person's height")
  func metres() throws {
    try inFolder { folder in
      let outcome = Program.run(
        [
          "analyse", "poses.csv", "--person", "1", "--height", "1.70", "--trc", "walk.trc", "--c3d", "walk.c3d",
          "--sqlite", "walk.db", "--strides", "strides.csv", "--repetitions", "right knee",
        ], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try String(contentsOf: folder.appending(path: "walk_person01.trc"), encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[2].hasPrefix("25\t25\t250\t15\tm"))
      let first = lines[5].split(separator: "\t").compactMap { Double($0) }
      // The neck is higher than the knee: y points up, in metres.
      #expect(first.count == 2 + 3 * 15)
      let rise = first[2 + 3 * 7 + 1] - first[2 + 3 * 2 + 1]
      #expect(rise > 0.7 && rise < 1.1, "\(rise) m")
      let c3d = [UInt8](try Data(contentsOf: folder.appending(path: "walk_person01.c3d")))
      #expect(c3d.count % 512 == 0 && c3d[0] == 2 && c3d[1] == 0x50 && c3d[2] == 15)
      let query = { (sql: String) in
        Media.run("sqlite3", [folder.appending(path: "walk.db").path, sql]).output.trimmingCharacters(in: .newlines)
      }
      #expect(query("select count(*) from frames") == "250")
      #expect(query("select count(*) from boxes") == "249")
      #expect(query("select name from people") == "1")
      #expect(query("select count(distinct angle) from angles") == "17", "pelvis and shoulders are points")
      #expect(
        Int(query("select count(*) from events where kind = 'repetition' and unit = 'deg'")).map { $0 >= 4 } == true)
      #expect(query("select x_px from keypoints where frame = 0 and keypoint = 'left_ankle'") == "300.0")
      let strides = try String(contentsOf: folder.appending(path: "strides.csv"), encoding: .utf8)
      #expect(strides.hasPrefix("person,name,side,start_s"))
    }
  }

  @Test("a person who is lost and found again is joined, and a track is split at a time")
  func joined() throws {
    try inFolder { folder in
      let joined = Program.run(["analyse", "poses.csv", "--relink", "--angles", "a.csv"], in: folder)
      #expect(joined.status == 0, "\(joined.errors)")
      #expect(joined.errors.contains("One person: tracks 4 + 7"))
      #expect(Set(try rows(folder.appending(path: "a.csv")).map { $0["person"]! }) == ["1", "4"])
      let split = Program.run(["analyse", "poses.csv", "--split-track", "1@5=9", "--angles", "a.csv"], in: folder)
      #expect(split.status == 0, "\(split.errors)")
      let parts = try rows(folder.appending(path: "a.csv"))
      #expect(parts.filter { $0["person"] == "1" }.allSatisfy { Double($0["time_s"]!)! < 5 })
      #expect(parts.count { $0["person"] == "9" } == 125)
    }
  }

  @Test("a file says who is who as the options do, and the options add to it")
  func peopleFile() throws {
    try inFolder { folder in
      try """
      person: [1, 4]
      people:
        Ben: [4, 7]
        Anna: 1
      split:
        - {track: 1, at: "0:05", becomes: 9}
      """.write(to: folder.appending(path: "who.yaml"), atomically: true, encoding: .utf8)
      for (name, arguments) in [
        ("file", ["--people-file", "who.yaml"]),
        ("options", ["--person", "1,4", "--merge", "4+7=Ben", "--merge", "1=Anna", "--split-track", "1@5=9"]),
        ("both", ["--people-file", "who.yaml", "--person", "1,4,9", "--merge", "9=Carl"]),
      ] {
        let outcome = Program.run(["analyse", "poses.csv", "--angles", "\(name).csv"] + arguments, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let names = { (name: String) in
        Set(try self.rows(folder.appending(path: name)).map { $0["person"]! + $0["name"]! })
      }
      #expect(try names("file.csv") == ["1Anna", "4Ben"])
      #expect(try rows(folder.appending(path: "file.csv")) == rows(folder.appending(path: "options.csv")))
      #expect(try names("both.csv") == ["1Anna", "4Ben", "9Carl"])
    }
  }

  @Test("a video that was recorded faster than it plays is named, unless its time is given")
  func slowMotionIsNamed() throws {
    try inFolder { folder in
      let description = """
        {"program":{"name":"kapao-video","version":"0"},"source":{"name":"jump.mp4","frame_rate":"30/1","time_base":"1/30",
        "width":640,"height":360,"rotation":0,"capture_rate":240},"model":{"name":"m","architecture":"kapao-n"},
        "skeleton":{"name":"coco17","keypoints":[]},"settings":{},"started":"2026-01-01T00:00:00Z"}
        """
      try description.write(to: folder.appending(path: "poses.json"), atomically: true, encoding: .utf8)
      let named = Program.run(["analyse", "poses.csv", "--angles", "a.csv"], in: folder)
      #expect(named.status == 0 && named.errors.contains("--time-scale 8"), "\(named.errors)")
      let given = Program.run(["analyse", "poses.csv", "--angles", "a.csv", "--time-scale", "8"], in: folder)
      #expect(!given.errors.contains("Warning"))
    }
  }

  @Test("slow motion is brought back to the time of the scene")
  func slowMotion() throws {
    try inFolder { folder in
      _ = fit(in: folder)
      let outcome = Program.run(
        ["analyse", "poses.csv", "--court", "court.json", "--person", "1", "--time-scale", "4", "--movement", "m.csv"],
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let speeds = try rows(folder.appending(path: "m.csv")).compactMap { Double($0["speed_m_s"]!) }
      #expect(speeds.allSatisfy { abs($0 - 3.6) < 0.05 })
    }
  }

  @Test(
    "people are chosen by what they do",
    arguments: [("most-movement", ["1"]), ("longest", ["1"]), ("on-court", ["1", "4", "7"]), ("4,7", ["4", "7"])])
  func chosen(person: String, numbers: [String]) throws {
    try inFolder { folder in
      _ = fit(in: folder)
      let outcome = Program.run(
        ["analyse", "poses.csv", "--court", "court.json", "--person", person, "--angles", "a.csv"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let people = Set(try rows(folder.appending(path: "a.csv")).map { $0["person"]! })
      #expect(people.sorted() == numbers)
    }
  }

  @Test("what cannot be is refused in one line, with the code of usage or of unusable input")
  func refused() throws {
    try inFolder { folder in
      _ = fit(in: folder)
      let points = folder.appending(path: "points.csv")
      Media.run("mkfifo", [folder.path + "/pipe"])
      try Self.poses().replacingOccurrences(of: "\n249,", with: "\n99999999,").write(
        to: folder.appending(path: "far.csv"), atomically: true, encoding: .utf8)
      for (arguments, status, words) in [
        (["analyse", "poses.csv", "--movement", "m.csv"], 2, "--court"),
        (["analyse", "poses.csv", "--person", "tallest"], 2, "largest"),
        (["analyse", "poses.csv", "--trc", "x.trc"], 2, "--height"),
        (["analyse", "poses.csv", "--split-track", "1"], 2, "3@61.5=9"),
        (["analyse", "poses.csv", "--sqlite", "-"], 2, "standard output"),
        (["analyse", "poses.csv", "--merge", "1+4=Both", "--angles", "a.csv"], 3, "both in frame 0"),
        (["analyse", "poses.csv", "--person", "9", "--angles", "a.csv"], 3, "none of the people"),
        (["analyse", "poses.csv", "--repetitions", "tail"], 3, "right knee"),
        (["analyse", "poses.csv", "--angles", "poses.csv"], 2, "poses.csv is the input"),
        (["analyse", "poses.csv", "--summary", "s.json", "--report", "./s.json"], 2, "is another output"),
        (["analyse", "poses.csv", "--mot", "/dev/null"], 2, "a file for each person"),
        (["analyse", "poses.csv", "--sqlite", "pipe"], 5, "cannot create pipe: a database is a file"),
        (["analyse", "poses.csv", "--angles", "nowhere/a.csv"], 5, "cannot create nowhere/a.csv: No such file"),
        (["analyse", "poses.csv", "--intervals", "frame.png", "--angles", "a.csv"], 3, "frame.png, line 1: not UTF-8"),
        (["analyse", "far.csv", "--height", "1.8", "--trc", "a.trc"], 3, "to frame 99999999, and"),
        (["analyse", "far.csv", "--height", "1.8", "--c3d", "a.c3d"], 3, "to frame 99999999, and"),
        (["analyse", "poses.csv", "--court", "points.csv"], 3, "no calibration"),
        (["analyse", "poses.csv", "--court", "nowhere.json"], 3, "cannot read nowhere.json: No such file"),
        (["court", "points", "croquet"], 3, "squash"),
      ] {
        let outcome = Program.run(arguments, in: folder)
        #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "a.csv").path))
      try Self.corners.replacingOccurrences(of: "front-left,100", with: "front-left,740")
        .replacingOccurrences(of: "front-right,740", with: "front-right,100")
        .replacingOccurrences(of: "back-left,100", with: "back-left,740")
        .replacingOccurrences(of: "back-right,740", with: "back-right,100").write(
          to: points, atomically: true, encoding: .utf8)
      #expect(fit(in: folder).errors.contains("mirrored"))
      try (Self.corners + "\nnet,1,2\n").write(to: points, atomically: true, encoding: .utf8)
      let unknown = fit(in: folder)
      #expect(unknown.status == 3 && unknown.errors.contains("line 7") && unknown.errors.contains("no point net"))
    }
  }
}

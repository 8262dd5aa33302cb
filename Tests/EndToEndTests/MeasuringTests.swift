import Foundation
import TestSupport
import Testing

/// `annotate` and `export` with the options of `analyse`.
struct MeasuringTests {
  private static let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path

  /// A folder with the court of the sample clip: about as wide as the campus is there.
  private func inFolder(_ body: (URL) throws -> Void) throws {
    try Media.withFolder { folder in
      try """
      name,x,y
      bottom-left,77,500
      bottom-right,691,500
      far-left,179,200,0,12
      far-right,589,200,10,12
      """.write(to: folder.appending(path: "points.csv"), atomically: true, encoding: .utf8)
      let fitted = Program.run(
        ["court", "fit", Self.clip, "--court", "padel", "--points", "points.csv", "-o", "court.json"], in: folder)
      try #require(fitted.status == 0, "\(fitted.errors)")
      try FileManager.default.createDirectory(at: folder.appending(path: "scratch"), withIntermediateDirectories: true)
      try body(folder)
    }
  }

  private func text(_ name: String, in folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  /// The people of a summary.
  private func people(_ name: String, in folder: URL) throws -> NSArray {
    let data = try Data(contentsOf: folder.appending(path: name))
    let summary = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(summary["people"] as? NSArray)
  }

  @Test("what they write is what analyse makes of their CSV, whether that is kept or not")
  func same() throws {
    try inFolder { folder in
      func run(_ arguments: [String]) -> Program.Outcome {
        let result = Media.run(
          "env",
          ["--chdir=\(folder.path)", "TMPDIR=\(folder.appending(path: "scratch").path)", Program.path] + arguments)
        return Program.Outcome(status: result.status, output: result.output, errors: result.errors)
      }
      func measured(_ name: String) -> [String] {
        [
          "--court", "court.json", "--movement", "\(name).csv", "--summary", "\(name).json", "--angles",
          "\(name)_a.csv",
        ]
      }
      let network = ["--end", "2", "--size", "640", "--refine", "off"]
      let exported = run(
        ["export", Self.clip, "--csv", "poses.csv", "--report", "r.html"] + network + measured("kept"))
      #expect(exported.status == 0, "\(exported.errors)")
      let analysed = run(["analyse", "poses.csv"] + measured("analysed"))
      #expect(analysed.status == 0, "\(analysed.errors)")
      let drawn = run(["annotate", Self.clip, "-o", "out.mp4"] + network + measured("drawn"))
      #expect(drawn.status == 0, "\(drawn.errors)")
      let stored = run(
        ["annotate", Self.clip, "-o", "again.mp4", "--poses", "poses.csv", "--end", "2"] + measured("stored"))
      #expect(stored.status == 0, "\(stored.errors)")
      let kept = try text("kept.csv", in: folder)
      #expect(kept.split(separator: "\n").count > 20)
      for name in ["kept", "drawn", "stored"] {
        for end in [".csv", "_a.csv"] {
          let (found, wanted) = (try text(name + end, in: folder), try text("analysed" + end, in: folder))
          #expect(found == wanted, "\(name)\(end)")
        }
        let (found, wanted) = (try people("\(name).json", in: folder), try people("analysed.json", in: folder))
        #expect(found == wanted, "\(name)")
      }
      // Pictures come from the video that was read, without being asked for.
      let page = try text("r.html", in: folder)
      #expect(page.contains("data:image/jpeg"))
      #expect(!drawn.errors.contains("scratch") && drawn.errors.contains("Wrote drawn.csv"))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "scratch").path)
      #expect(left.isEmpty)
    }
  }

  @Test("what cannot be is refused before anything is opened")
  func refused() throws {
    try inFolder { folder in
      try "person: tallest\npeople: {Anna: [1, 1]}\nsplit: [{track: 3}]\n".write(
        to: folder.appending(path: "who.yaml"), atomically: true, encoding: .utf8)
      for (arguments, status, words) in [
        (["--movement", "m.csv"], 2, "--movement needs --court"),
        (["--merge", "1=Anna"], 2, "name what is to be written"),
        (["--report", "r.html", "--tracker", "none"], 2, "another --tracker"),
        (["--report", "r.html", "--csv", "r.html"], 2, "is another output"),
        (["--report", "r.html", "--court", "points.csv"], 3, "no calibration"),
        (["--report", "r.html", "--people-file", "who.yaml"], 2, "line 1: person: must be all, largest"),
        (["--report", "r.html", "--people-file", "who.yaml"], 2, "line 2: people.Anna: names a track twice"),
        (["--report", "r.html", "--people-file", "who.yaml"], 2, "line 3: split[1].at: is needed"),
      ] as [([String], Int32, String)] {
        let outcome = Program.run(["export", Self.clip] + arguments, in: folder)
        #expect(outcome.status == status && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "r.html").path))
      }
    }
  }
}

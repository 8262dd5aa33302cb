import Foundation
import TestSupport
import Testing

@Suite("Outputs that fail")
struct OutputFailureTests {
  private static let canMount =
    Media.run("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status == 0
  private static let walk = Fixtures.root.appending(path: "Tests/ReadBack/walk.csv").path

  /// Runs the program with a small disk at `disk` that only it sees, and which holds a file `old.json`; the outcome's
  /// output lists the files on the disk and shows that one.
  private func run(_ arguments: [String], disk: URL, size: String) throws -> Program.Outcome {
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    let script =
      "mount -t tmpfs -o size=\(size) none '\(disk.path)' && echo old > '\(disk.path)/old.json' && \"$@\"; status=$?; "
      + "ls -A '\(disk.path)'; cat '\(disk.path)/old.json'; exit $status"
    let result = Media.run("unshare", ["-rm", "sh", "-c", script, "sh", Program.path] + arguments)
    return Program.Outcome(status: result.status, output: result.output, errors: result.errors)
  }

  private func lines(_ path: URL) throws -> Int {
    try String(contentsOf: path, encoding: .utf8).split(separator: "\n").count
  }

  private func frames(_ name: String) -> Int { Media.probe(name, entries: "frame=media_type").count }

  private func totals(_ path: URL) throws -> Int? {
    let description = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    return (description?["totals"] as? [String: Any])?["frames"] as? Int
  }

  @Test("poses on a full disk cost neither the video nor other poses a frame", .enabled(if: canMount))
  func fullDiskOfPoses() throws {
    try Media.withFolder { folder in
      let disk = folder.appending(path: "disk")
      let (video, poses) = (folder.appending(path: "out.mkv"), folder.appending(path: "poses.ndjson"))
      let outcome = try run(
        ["annotate", Media.path("av.mp4"), "-o", video.path, "--csv", disk.appending(path: "p.csv").path]
          + ["--export", "ndjson=\(poses.path)", "--quiet"] + Program.quickModel, disk: disk, size: "12k")
      #expect(outcome.status == 5)
      #expect(outcome.errors == "kapao-video: cannot write \(disk.path)/p.csv: No space left on device\n")
      let count = frames(Media.path("av.mp4"))
      #expect(frames(video.path) == count)
      #expect(try lines(poses) == count)
    }
  }

  @Test("a video on a full disk costs the poses no frame and leaves nothing", .enabled(if: canMount))
  func fullDiskOfVideo() throws {
    try Media.withFolder { folder in
      let disk = folder.appending(path: "disk")
      let csv = folder.appending(path: "poses.csv")
      let outcome = try run(
        ["annotate", Media.path("av.mp4"), "-o", disk.appending(path: "out.mp4").path, "--csv", csv.path, "--quiet"]
          + Program.quickModel, disk: disk, size: "64k")
      #expect(outcome.status == 5)
      #expect(outcome.errors.contains("\(disk.path)/out.mp4"))
      #expect(outcome.errors.contains("No space left on device"))
      #expect(outcome.output == "old.json\nold\n")
      let count = frames(Media.path("av.mp4"))
      #expect(try lines(csv) == count + 1)
      #expect(try totals(folder.appending(path: "poses.json")) == count)
    }
  }

  @Test("a playlist on a full disk is an error, though its container keeps it to itself", .enabled(if: canMount))
  func fullDiskOfPlaylist() throws {
    try Media.withFolder { folder in
      for name in ["out.m3u8", "out.mpd"] {
        let disk = folder.appending(path: "disk")
        let outcome = try run(
          ["annotate", Media.path("av.mp4"), "-o", disk.appending(path: name).path, "--quiet"] + Program.quickModel,
          disk: disk, size: "16k")
        #expect(outcome.status == 5)
        #expect(outcome.errors == "kapao-video: cannot write \(disk.path)/\(name): No space left on device\n")
      }
    }
  }

  @Test("a file that gets larger than the user's limit is an error of writing, and leaves nothing")
  func fileSizeLimit() throws {
    try Media.withFolder { folder in
      let out = folder.appending(path: "a.csv").path
      let result = Media.run(
        "sh", ["-c", "ulimit -f 2; exec \"$@\"", "sh", Program.path, "analyse", Self.walk, "--angles", out])
      #expect(result.status == 5)
      #expect(result.errors == "kapao-video: cannot write \(out): File too large\n")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.isEmpty)
    }
  }

  @Test("a conversion to a full disk leaves the older file there and completes the others", .enabled(if: canMount))
  func fullDiskOfConversion() throws {
    try Media.withFolder { folder in
      let disk = folder.appending(path: "disk")
      func targets(_ name: String) -> [String] {
        ["--export", "sleap=\(folder.path)/\(name).csv", "--export", "posetrack=\(folder.path)/\(name).json"]
      }
      #expect(Program.run(["convert", Self.walk] + targets("whole")).status == 0)
      for format in ["coco", "posetrack", "deeplabcut"] {
        let outcome = try run(
          ["convert", Self.walk, "--export", "\(format)=\(disk.path)/old.json"] + targets("beside"), disk: disk,
          size: "8k")
        #expect(outcome.status == 5)
        #expect(outcome.errors == "kapao-video: cannot write \(disk.path)/old.json: No space left on device\n")
        #expect(outcome.output == "old.json\nold\n", "\(format)")
        for end in ["csv", "json"] {
          #expect(
            try Data(contentsOf: folder.appending(path: "whole.\(end)"))
              == Data(contentsOf: folder.appending(path: "beside.\(end)")), "\(format)")
        }
      }
    }
  }

  @Test("when no output is left the run ends, and names each", .enabled(if: canMount))
  func allFailed() throws {
    try Media.withFolder { folder in
      let disk = folder.appending(path: "disk")
      // A source without end.
      let outcome = try run(
        ["annotate", "testsrc2=s=320x180:r=50", "--input-format", "lavfi", "--quiet", "-o", "\(disk.path)/out.mkv"]
          + ["--csv", "\(disk.path)/p.csv"] + Program.quickModel, disk: disk, size: "96k")
      #expect(outcome.status == 5)
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("\(disk.path)/out.mkv"), "\(outcome.errors)")
      #expect(outcome.errors.contains("; cannot write \(disk.path)/p.csv"), "\(outcome.errors)")
      #expect(outcome.output == "old.json\np.csv\np.json\nold\n")
    }
  }

  @Test(
    "a run that comes to no frame leaves the older CSV and its description as they are",
    arguments: [(["-o", "out.mp4", "--encoder-preset", "nonsense"], 5), (["--start", "99"], 3)] as [([String], Int32)])
  func noFrame(arguments: [String], status: Int32) throws {
    try Media.withFolder { folder in
      let contents = ["poses.csv": "frame\n", "poses.json": #"{"program": {}, "settings": {}}"#]
      for (name, text) in contents {
        try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
      }
      let arguments = arguments.map { $0 == "out.mp4" ? folder.appending(path: $0).path : $0 }
      let outcome = Program.annotate(
        Media.path("av.mp4"), ["--csv", folder.appending(path: "poses.csv").path] + arguments)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == contents.keys.sorted())
      for (name, text) in contents {
        #expect(try String(contentsOf: folder.appending(path: name), encoding: .utf8) == text)
      }
    }
  }

  @Test("an interrupted conversion leaves whole outputs and no temporary file")
  func interruptedConversion() throws {
    try Media.withFolder { folder in
      let (csv, pipe) = (folder.appending(path: "long.csv"), folder.appending(path: "pipe"))
      // More frames than a pipe holds that nobody reads.
      let lines = try String(contentsOfFile: Self.walk, encoding: .utf8).split(separator: "\n")
      let row = lines[1].drop { $0 != "," }
      let rows = (0..<4000).map { "\($0)\(row)" }
      try ([String(lines[0])] + rows).joined(separator: "\n").write(to: csv, atomically: true, encoding: .utf8)
      try #require(mkfifo(pipe.path, 0o600) == 0)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = [
        "convert", csv.path, "--quiet", "--export", "coco=\(folder.path)/coco.json", "--export", "ndjson=\(pipe.path)",
      ]
      try process.run()
      // Returns when the program has opened its end.
      let reader = try FileHandle(forReadingFrom: pipe)
      process.terminate()
      let frames = try reader.readToEnd().map { $0.split(separator: UInt8(ascii: "\n")).count } ?? 0
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 130)
      #expect(frames < 4000)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == (frames > 0 ? ["coco.json", "long.csv", "pipe"] : ["long.csv", "pipe"]))
      if frames > 0 {
        let people = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "coco.json")))
        #expect((people as? [Any])?.count == frames)
      }
    }
  }
}

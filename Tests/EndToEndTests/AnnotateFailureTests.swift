import Foundation
import TestSupport
import Testing

@Suite("Annotating what cannot be annotated")
struct AnnotateFailureTests {
  @Test(
    "unusable input ends with exit code 3, one clear line and no file",
    arguments: [
      ("empty.mp4", "empty.mp4"), ("random.mp4", "random.mp4"), ("no_index.mp4", "moov"),
      ("audio_only.m4a", "no video stream"), ("cover.m4a", "no video stream"), ("missing.mp4", "No such file"),
    ])
  func unusable(name: String, words: String) throws {
    try Media.withFolder { folder in
      let outcome = Program.annotate(
        Media.path(name), ["-o", folder.appending(path: "out.mp4").path, "--csv", folder.appending(path: "p.csv").path])
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == [])
    }
  }

  @Test(
    "what decodes of a damaged file is annotated and the damage reported",
    arguments: [
      ("truncated.mp4", 70, true), ("dropped.ts", 90, false), ("noise.h264", 100, true),
    ])
  func damaged(name: String, atLeast: Int, isReported: Bool) throws {
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mp4").path
      let outcome = Program.run(["annotate", Media.path(name), "-o", output] + Program.quickModel)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let frames = Media.probe(output, stream: "v:0", entries: "frame=pts")
      #expect(frames.count >= atLeast)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == ["out.mp4"])
      // Packets that are missing altogether are concealed by the decoder without a word.
      #expect(outcome.errors.contains("Damage:") == isReported, "\(outcome.errors)")
    }
  }

  @Test("an output that cannot be written ends with exit code 5")
  func unwritable() {
    let outcome = Program.annotate(Media.path("av.mp4"), ["-o", "/nonexistent/out.mp4"])
    #expect(outcome.status == 5)
    #expect(outcome.errors.contains("/nonexistent"))
  }

  @Test(
    "wrong usage ends with exit code 2",
    arguments: [
      ["annotate", "in.mp4"], ["annotate", "in.mp4", "-o", "out.mp4", "--alpha", "2"],
      ["annotate", "in.mp4", "-o", "out.mp4", "--start", "5", "--end", "4"], ["annotate", "--nonsense"], ["nonsense"],
    ])
  func usage(arguments: [String]) {
    let outcome = Program.run(arguments)
    #expect(outcome.status == 2)
    #expect(!outcome.errors.isEmpty)
  }

  @Test(
    "a number that makes no sense is named",
    arguments: [
      ["annotate", "in.mp4", "-o", "out.mp4", "--start", "1e18"], ["model", "info", "--width", "99999999999"],
      ["model", "info", "--height", "-1"], ["model", "run", "m", "in.png", "-o", "out", "--size", "0"],
      ["model", "quantize", "m", "--video", "in.mp4", "-o", "out", "--size", "1000000"],
      ["stream", "in.mp4", "--csv", "out.csv", "--stats-interval", "1e300"],
    ])
  func numbers(arguments: [String]) {
    // An option takes a negative number after "=" only.
    let outcome = Program.run(Array(arguments.dropLast(2)) + [arguments.suffix(2).joined(separator: "=")])
    #expect(outcome.status == 2)
    #expect(outcome.errors.hasPrefix("Error: \(arguments[arguments.count - 2]) must be "), "\(outcome.errors)")
  }

  @Test("a file that is no model ends with exit code 3 and says so")
  func badModel() throws {
    let outcome = Program.run("annotate", Media.path("av.mp4"), "-o", "/tmp/x.mp4", "--model", Media.path("random.mp4"))
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("model"))
  }

  @Test("an interrupted run leaves a playable file and a complete CSV up to there")
  func interrupted() throws {
    try Media.withFolder { folder in
      let (output, csv) = (folder.appending(path: "out.mp4").path, folder.appending(path: "poses.csv").path)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      // A source without end, paced like a camera.
      process.arguments =
        ["annotate", "testsrc2=s=320x180:r=50,realtime", "--input-format", "lavfi", "-o", output, "--csv", csv]
        + Program.quickModel
      process.standardError = FileHandle.nullDevice
      try process.run()
      let rows = { (try? String(contentsOfFile: csv, encoding: .utf8))?.split(separator: "\n").count ?? 0 }
      while rows() < 20, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      let frames = Media.probe(output, stream: "v:0", entries: "frame=pts").count
      #expect(frames >= 19)
      #expect(rows() == frames + 1)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.sorted() == ["out.mp4", "poses.csv", "poses.json"])
    }
  }

  @Test("a second interruption ends the program at once, and leaves no temporary file")
  func interruptedTwice() throws {
    try Media.withFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = ["annotate", "-", "-o", folder.appending(path: "out.mkv").path] + Program.quickModel
      process.standardError = FileHandle.nullDevice
      // The pipe stays open, so that the program waits for more of it, which the first interruption does not end.
      let input = Pipe()
      process.standardInput = input
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(contentsOf: URL(fileURLWithPath: Media.path("offset.ts"))))
      let names = { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }
      while names().isEmpty, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      #expect(names().first?.hasPrefix(".out.mkv.partial-") == true)
      while process.isRunning {
        process.interrupt()
        Thread.sleep(forTimeInterval: 0.6)
      }
      #expect(process.terminationStatus == 130)
      // Or it was still reading, and is complete.
      #expect(names() == [] || names() == ["out.mkv"])
    }
  }
}

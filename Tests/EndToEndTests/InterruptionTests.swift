import Foundation
import TestSupport
import Testing

@Suite("Runs that are interrupted")
struct InterruptionTests {
  /// A source without end, paced like a camera.
  private static let camera = ["testsrc2=s=320x180:r=50,realtime", "--input-format", "lavfi"]

  /// Starts the program; SIGHUP is as it is in a terminal, or ignored as after `nohup`.
  private func start(_ arguments: [String], in folder: URL, ignoresHangUp: Bool = false) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--\(ignoresHangUp ? "ignore" : "default")-signal=HUP", Program.path] + arguments
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func rows(_ path: URL) -> Int {
    (try? String(contentsOf: path, encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  private func names(_ folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  @Test(
    "an interrupted run leaves a playable file and a complete CSV up to there",
    arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func interrupted(signal: Int32) throws {
    try Media.withFolder { folder in
      let process = try start(
        ["annotate"] + Self.camera + ["-o", "out.mp4", "--csv", "poses.csv"] + Program.quickModel, in: folder)
      let csv = folder.appending(path: "poses.csv")
      while rows(csv) < 20, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 130)
      let frames = Media.probe(folder.appending(path: "out.mp4").path, stream: "v:0", entries: "frame=pts").count
      #expect(frames >= 19)
      #expect(rows(csv) == frames + 1)
      #expect(names(folder) == ["out.mp4", "poses.csv", "poses.json"])
    }
  }

  @Test("a run that nohup started outlives its terminal")
  func nohup() throws {
    try Media.withFolder { folder in
      let process = try start(
        ["annotate"] + Self.camera + ["--csv", "poses.csv"] + Program.quickModel, in: folder, ignoresHangUp: true)
      let csv = folder.appending(path: "poses.csv")
      while rows(csv) < 5, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      kill(process.processIdentifier, SIGHUP)
      let before = rows(csv)
      while rows(csv) < before + 20, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      #expect(process.isRunning)
      process.interrupt()
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
    }
  }

  @Test(
    "a run that is interrupted before its first frame leaves no trace", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func early(signal: Int32) throws {
    try Media.withFolder { folder in
      // Nothing comes through the pipe, which the program opens and waits for.
      try #require(mkfifo(folder.appending(path: "pipe").path, 0o600) == 0)
      let outputs = ["-o", "out.mp4", "--csv", "p.csv", "--export", "coco=c.json", "--export", "openpose=op"]
      let process = try start(["annotate", "pipe"] + outputs + Program.quickModel, in: folder)
      // Returns when the program has opened its end.
      let writer = try FileHandle(forWritingTo: folder.appending(path: "pipe"))
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      try writer.close()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 130)
      #expect(names(folder) == ["pipe"])
    }
  }

  @Test("a run that is interrupted while its outputs are being opened leaves no trace, or whole files")
  func opening() throws {
    try Media.withFolder { folder in
      let outputs = ["-o", "out.mp4", "--csv", "p.csv", "--export", "coco=c.json", "--export", "openpose=op"]
      let process = try start(["annotate"] + Self.camera + outputs + Program.quickModel, in: folder)
      while !names(folder).contains(where: { $0.contains("partial") }), process.isRunning {}
      process.terminate()
      process.waitUntilExit()
      #expect(process.terminationStatus == 130)
      #expect(names(folder) == [] || names(folder) == ["c.json", "op", "out.mp4", "p.csv", "p.json"])
    }
  }

  @Test("what a killed run has written can be played where that was asked for, and is the same when it is finished")
  func recoverable() throws {
    try Media.withFolder { folder in
      let input = Media.path("av.mp4")
      for (name, options) in [("plain.mp4", []), ("joined.mp4", ["--recoverable"])] {
        let outcome = Program.run(["annotate", input, "-o", name, "-q"] + options + Program.quickModel, in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      let sums = ["plain.mp4", "joined.mp4"].map { name in
        Media.run(
          "ffprobe",
          ["-v", "error", "-show_entries", "packet=stream_index,pts,dts,flags,size", "-of", "csv"]
            + [folder.appending(path: name).path]
        ).output
      }
      #expect(sums[0] == sums[1])
      #expect(names(folder) == ["joined.mp4", "plain.mp4"])

      let process = try start(
        ["annotate"] + Self.camera + ["-o", "out.mp4", "--csv", "p.csv", "--recoverable"] + Program.quickModel,
        in: folder)
      let csv = folder.appending(path: "p.csv")
      while rows(csv) < 250, process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let left = try #require(names(folder).first { $0.contains("recoverable") })
      #expect(Media.probe(folder.appending(path: left).path, stream: "v:0", entries: "frame=pts").count >= 100)
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

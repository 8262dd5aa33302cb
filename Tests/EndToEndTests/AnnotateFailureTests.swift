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

  @Test("an MP4 with its index at the end is no stream, and says so")
  func indexAtTheEnd() throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "long.mp4").path
      Media.run("ffmpeg", ["-v", "error", "-stream_loop", "9", "-i", Media.path("av.mp4"), "-c", "copy", input])
      // A server that knows no ranges; it says its port first.
      let server = Process()
      server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      server.arguments = ["python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder.path]
      let lines = Pipe()
      server.standardOutput = lines
      server.standardError = FileHandle.nullDevice
      try server.run()
      defer { server.terminate() }
      let line = String(decoding: lines.fileHandleForReading.availableData, as: UTF8.self)
      let port = try #require(line.firstMatch(of: /port ([0-9]+)/)?.1)
      let csv = folder.appending(path: "p.csv").path
      let network = Program.annotate("http://127.0.0.1:\(port)/long.mp4", ["--csv", csv])
      #expect(network.status == 3)
      #expect(network.errors.contains("its index is at the end, and the server has no ranges"), "\(network.errors)")
      let command = "cat '\(input)' | '\(Program.path)' probe -"
      let pipe = Media.run("sh", ["-c", command])
      #expect(pipe.status == 3)
      #expect(pipe.errors.hasPrefix("kapao-video: cannot read -: its index is at the end, and a pipe has no way back"))
      #expect(!FileManager.default.fileExists(atPath: csv))
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
}

import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Pictures of a camera as parts of an HTTP response", .serialized)
struct MultipartTests {
  @Test(
    "they are read, also where the first boundary is missing or the lengths are wrong, at the rate at which they come",
    arguments: [("good", nil), ("unbounded", nil), ("long", nil), ("short", nil), ("bare", "mjpeg")]
      as [(String, String?)])
  func read(kind: String, format: String?) throws {
    try Media.withFolder { folder in
      let pattern = folder.appendingPathComponent("%d.jpg").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180", "-frames:v", "5", "-q:v", "2", pattern])
      #expect(made.status == 0, "\(made.errors)")
      let camera = try PictureServer(
        kind, rate: 10, pictures: (1...5).map { folder.appendingPathComponent("\($0).jpg").path })
      let bench = try LiveStreamBench(camera.url, format: format)
      bench.stream.start()
      // The first ones may be damaged.
      #expect(bench.watcher.wait(for: 10, within: 20) != nil)
      try #require(bench.watcher.wait(for: 30, within: 20) != nil)
      #expect(bench.stream.stop())
      let status = bench.stream.status
      #expect(status.outages == 0)
      #expect(status.connections == 1)
      #expect(status.width == 320)
      #expect(status.timestampJumps == 0)
      let frames = bench.watcher.received.filter { $0.record != nil }.suffix(30).map(\.frame)
      #expect(frames.allSatisfy { !$0.isCorrupt })
      let times = frames.map(\.time)
      let distances = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
      #expect((0.08...0.2).contains(distances[distances.count / 2]))
    }
  }

  @Test("a page that is no picture is named as what it is")
  func page() throws {
    try Media.withFolder { folder in
      let page = folder.appendingPathComponent("page.html").path
      try "<html>\nnot a camera\n</html>\n".write(toFile: page, atomically: true, encoding: .utf8)
      let server = try PictureServer("once", rate: 10, pictures: [page])
      let bench = try LiveStreamBench(server.url)
      bench.stream.start()
      #expect(bench.watcher.wait(for: 3, within: 30) { $0.record == nil } != nil)
      #expect(bench.stream.stop())
      #expect(bench.stream.status.lastError?.contains("cannot open \(server.url): Invalid data") == true)
      #expect(bench.stream.status.counters.read == 0)
    }
  }
}

/// `mjpeg_server.py` in a process of its own.
private final class PictureServer {
  let url: String
  private let process = Process()

  init(_ kind: String, rate: Double, pictures: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-u", Fixtures.path("mjpeg_server.py"), kind, "\(rate)"] + pictures
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var text = ""
    while !text.hasSuffix("\n"), case let data = output.fileHandleForReading.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
    }
    let port = try #require(Int(text.split(separator: " ").last?.trimmingCharacters(in: .newlines) ?? ""))
    url = "http://127.0.0.1:\(port)/"
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

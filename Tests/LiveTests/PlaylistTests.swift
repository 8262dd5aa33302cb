import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("A live playlist", .serialized)
struct PlaylistTests {
  /// What a player reads.
  private struct Playlist {
    let lines: [String]

    init(_ url: URL) throws {
      lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    var first: Int? { lines.first { $0.hasPrefix("#EXT-X-MEDIA-SEQUENCE:") }.flatMap { Int($0.dropFirst(22)) } }
    var segments: [String] { lines.filter { !$0.hasPrefix("#") } }
    var discontinuities: Int { lines.count { $0 == "#EXT-X-DISCONTINUITY" } }
    var isEnded: Bool { lines.contains("#EXT-X-ENDLIST") }
    /// Number of the segment that comes next.
    var next: Int { (first ?? 0) + segments.count }
  }

  private func widths(_ segments: [String], in folder: URL) -> [Int] {
    segments.map { Media.probe(folder.appendingPathComponent($0).path, stream: "v", entries: "stream=width").first }
      .map { $0.flatMap(Int.init) ?? 0 }
  }

  /// Streams pictures of a width into the playlist; at most half the time there is a segment of two seconds.
  private func stream(_ width: Int, to url: URL) throws {
    let output = LiveOutput.video(url.path, stream: "test", log: LiveStreamBench.silence)
    let bench = try LiveStreamBench("lavfi:testsrc2=s=\(width)x180:r=25", outputs: [output])
    bench.stream.start()
    #expect(bench.watcher.wait(for: 60, within: 20) != nil)
    #expect(bench.stream.stop())
    #expect(output.status?.failures == 0)
  }

  @Test("a playlist goes on after a restart: numbers do not go back, and segments are not written over")
  func restart() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      try stream(320, to: url)
      let before = try Playlist(url)
      #expect(!before.isEnded)
      try stream(160, to: url)
      let after = try Playlist(url)
      #expect(after.first == before.first)
      #expect(after.segments.starts(with: before.segments))
      #expect(after.next > before.next)
      #expect(after.discontinuities == before.discontinuities + 1)
      let widths = widths(after.segments, in: folder)
      #expect(widths.prefix(before.segments.count).allSatisfy { $0 == 320 })
      #expect(widths.dropFirst(before.segments.count).allSatisfy { $0 == 160 })
    }
  }

  @Test("what is long ago is not shown again, and does not stay behind")
  func old() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      try stream(320, to: url)
      let before = try Playlist(url)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: url.path)
      try stream(160, to: url)
      let after = try Playlist(url)
      #expect(after.first == before.next)
      #expect(widths(after.segments, in: folder).allSatisfy { $0 == 160 })
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".ts") }
      #expect(files.sorted() == after.segments.sorted())
    }
  }

  @Test("files that another playlist of this name lists are left alone")
  func foreign() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      let other = folder.appendingPathComponent("concert.ts")
      try Data("music".utf8).write(to: other)
      let text = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\nconcert.ts\n"
      try Data(text.utf8).write(to: url)
      try stream(160, to: url)
      #expect(try Playlist(url).first == 0)
      #expect(FileManager.default.fileExists(atPath: other.path))
    }
  }

  @Test("segments last two seconds, however few pictures there are")
  func fewPictures() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      let output = LiveOutput.video(url.path, stream: "test", log: LiveStreamBench.silence)
      let bench = try LiveStreamBench("lavfi:testsrc2=s=160x90:r=2", outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 13, within: 20) != nil)
      #expect(bench.stream.stop())
      let text = try String(contentsOf: url, encoding: .utf8)
      let lengths = text.split(separator: "\n").filter { $0.hasPrefix("#EXTINF:") }
        .compactMap { Double($0.dropFirst(8).prefix { $0 != "," }) }
      #expect(lengths.count >= 3)
      #expect(lengths.allSatisfy { $0 < 2.6 })
    }
  }

  @Test("a playlist ends where its source does")
  func end() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      let output = LiveOutput.video(url.path, stream: "test", log: LiveStreamBench.silence)
      let clip = folder.appendingPathComponent("clip.mp4").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-pix_fmt", "yuv420p", clip])
      #expect(made.status == 0)
      let bench = try LiveStreamBench(clip, outputs: [output])
      bench.stream.start()
      bench.stream.waitUntilEnded()
      #expect(bench.stream.stop())
      let playlist = try Playlist(url)
      #expect(playlist.isEnded)
      #expect(playlist.segments.count == 1)
    }
  }

  @Test(
    "a camera that comes back with another picture size goes on in the playlist, sound or no sound",
    .enabled(if: Camera.isAvailable, "\(Camera.missing)"))
  func otherSize() throws {
    try Media.withFolder { folder in
      let url = folder.appendingPathComponent("live.m3u8")
      let output = LiveOutput.video(url.path, stream: "test", log: LiveStreamBench.silence)
      let camera = Camera()
      // The port is known from the first start on; the stream begins without the camera.
      try camera.start("--sound", size: "640x360")
      camera.kill(SIGKILL)
      let bench = try LiveStreamBench(camera.url(), outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(within: 20) { $0.record == nil } != nil)
      try camera.start("--sound", size: "640x360")
      #expect(bench.watcher.wait(for: 75, within: 25) != nil)
      // G.711, which HLS does not take, is no other sound than none.
      let before = try Playlist(url)
      #expect(before.discontinuities == 0)
      camera.kill(SIGKILL)
      #expect(bench.watcher.wait(within: 20) { $0.record == nil } != nil)
      try camera.start(size: "320x180")
      #expect(bench.watcher.wait(for: 75, within: 25) != nil)
      #expect(bench.stream.stop())
      let after = try Playlist(url)
      #expect(after.discontinuities == 1)
      #expect(after.next > before.next)
      #expect(widths(after.segments, in: folder).last == 320)
      #expect(output.status?.failures == 0)
    }
  }
}

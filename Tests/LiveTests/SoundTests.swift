import Foundation
import Pipeline
import TestSupport
import Testing
import VideoIO

@Suite("The audio of a live stream", .serialized)
struct SoundTests {
  /// A clip of four seconds in which a tone begins after two.
  private func clip(_ name: String, in folder: URL, codec: String) -> String {
    let path = folder.appendingPathComponent(name).path
    let tone = "sine=f=440:r=8000:d=4,volume='if(lt(t,2),0,1)':eval=frame"
    let made = Media.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=4", "-f", "lavfi", "-i", tone]
        + ["-pix_fmt", "yuv420p", "-c:a", codec, path])
    #expect(made.status == 0, "\(made.errors)")
    return path
  }

  /// Streams a clip into videos, one for each name.
  private func stream(_ clip: String, into names: [String], in folder: URL, carriesAudio: Bool = true) throws {
    let outputs = names.map {
      LiveOutput.video(folder.appendingPathComponent($0).path, stream: "test", log: LiveStreamBench.silence)
    }
    let bench = try LiveStreamBench(clip, outputs: outputs, carriesAudio: carriesAudio)
    bench.stream.start()
    bench.stream.waitUntilEnded()
    #expect(bench.stream.stop())
    for output in outputs { #expect(output.status?.failures == 0) }
  }

  private func codec(_ path: String) -> String? {
    Media.probe(path, stream: "a", entries: "stream=codec_name").first
  }

  private func times(_ path: String, stream: String) -> [Double] {
    Media.probe(path, stream: stream, entries: "packet=pts_time").compactMap(Double.init)
  }

  @Test("a file's audio is copied and stays in step with the picture")
  func inStep() throws {
    try Media.withFolder { folder in
      let names = ["out.mkv", "out.mp4", "out.ts"]
      try stream(clip("clip.mp4", in: folder, codec: "aac"), into: names, in: folder)
      for name in names {
        let path = folder.appendingPathComponent(name).path
        #expect(codec(path) == "aac")
        let log = Media.run(
          "ffmpeg", ["-hide_banner", "-i", path, "-af", "silencedetect=n=-40dB:d=0.5", "-f", "null", "-"]
        ).errors
        let end = log.split(separator: "\n").first { $0.contains("silence_end: ") }?.split(separator: " ")
          .compactMap { Double($0) }.first
        #expect(abs(try #require(end, "\(log)") - 2) < 0.2)
      }
    }
  }

  @Test("audio that a container cannot hold is left out of it, and of all where nobody wants it")
  func leftOut() throws {
    try Media.withFolder { folder in
      let telephone = clip("telephone.mkv", in: folder, codec: "pcm_alaw")
      try stream(telephone, into: ["a.mkv", "a.ts"], in: folder)
      #expect(codec(folder.appendingPathComponent("a.mkv").path) == "pcm_alaw")
      #expect(codec(folder.appendingPathComponent("a.ts").path) == nil)
      // AAC without the header that an MP4 that grows needs at its beginning.
      try stream(clip("clip.ts", in: folder, codec: "aac"), into: ["b.mp4"], in: folder)
      #expect(codec(folder.appendingPathComponent("b.mp4").path) == nil)
      #expect(times(folder.appendingPathComponent("b.mp4").path, stream: "v").count > 50)
      try stream(telephone, into: ["c.mkv"], in: folder, carriesAudio: false)
      #expect(codec(folder.appendingPathComponent("c.mkv").path) == nil)
    }
  }

  @Test("packets of audio that are damaged are left out, and the output goes on")
  func damaged() throws {
    try Media.withFolder { folder in
      try stream(Media.damagedAudio(in: folder), into: ["out.mkv", "out.flv"], in: folder)
      for name in ["out.mkv", "out.flv"] {
        let path = folder.appendingPathComponent(name).path
        #expect(times(path, stream: "v").count > 75)
        #expect((200...233).contains(times(path, stream: "a").count))
      }
    }
  }

  @Test("an output that is too slow for the pictures gets all of the audio")
  func slow() throws {
    try Media.withFolder { folder in
      let sink = SlowSink()
      let output = LiveOutput("slow", stream: "test", content: .pictures, log: LiveStreamBench.silence) { sink }
      let bench = try LiveStreamBench(clip("clip.mp4", in: folder, codec: "aac"), outputs: [output])
      sink.pace = bench.watcher
      bench.stream.start()
      bench.stream.waitUntilEnded()
      #expect(bench.stream.stop())
      #expect(try #require(output.status).dropped > 20)
      let given = bench.watcher.received.flatMap(\.audio.packets).map(\.pts)
      #expect(given.count > 20)
      #expect(sink.packets.map(\.pts) == given)
    }
  }

  @Test("recordings that are cut into files have all of the audio between them")
  func cut() throws {
    try Media.withFolder { folder in
      let recordings = folder.appendingPathComponent("recordings")
      let output = LiveOutput.recording(
        recordings.path, stream: "test", seconds: 1, retention: Retention(), log: LiveStreamBench.silence)
      // Few pictures: what comes between the last of a file and the first of the next is seconds of sound.
      let bench = try LiveStreamBench(
        clip("clip.mp4", in: folder, codec: "aac"), outputs: [output], maximumRate: 1.5)
      bench.stream.start()
      bench.stream.waitUntilEnded()
      #expect(bench.stream.stop())
      let files = try FileManager.default.contentsOfDirectory(atPath: recordings.path).sorted()
      #expect(files.count >= 2)
      let written = files.map { times(recordings.appendingPathComponent($0).path, stream: "a").count }.reduce(0, +)
      let first = try #require(bench.watcher.received.first).frame.time
      let given = bench.watcher.received.flatMap(\.audio.packets).count { ($0.time ?? 0) >= first }
      #expect(given > 20)
      #expect(written == given)
    }
  }

  @Test(
    "a recording goes on with sound after an outage", .enabled(if: Camera.isAvailable, "\(Camera.missing)"))
  func outage() throws {
    try Media.withFolder { folder in
      let camera = Camera()
      try camera.start("--sound")
      let output = LiveOutput.recording(
        folder.path, stream: "test", seconds: 600, retention: Retention(), log: LiveStreamBench.silence)
      let bench = try LiveStreamBench(camera.url(), outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 50, within: 25) != nil)
      camera.kill(SIGKILL)
      #expect(bench.watcher.wait(within: 25) { $0.record == nil } != nil)
      try camera.start("--sound")
      #expect(bench.watcher.wait(for: 50, within: 25) != nil)
      #expect(bench.stream.stop())
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.count == 1)
      let path = folder.appendingPathComponent(try #require(files.first)).path
      #expect(codec(path) == "pcm_alaw")
      let (sound, pictures) = (times(path, stream: "a"), times(path, stream: "v"))
      let gap = try #require(zip(pictures, pictures.dropFirst()).first { $1 - $0 > 1 })
      #expect(sound.contains { $0 < gap.0 } && sound.contains { $0 > gap.1 })
      // All of it beside pictures, none in the gap.
      #expect(sound.allSatisfy { time in pictures.contains { abs($0 - time) < 0.5 } })
    }
  }

  @Test("a server that takes no audio gets the pictures", .enabled(if: Camera.isAvailable, "\(Camera.missing)"))
  func refused() throws {
    try Media.withFolder { folder in
      let server = Camera()
      try server.start("--published", folder.appendingPathComponent("published.ts").path)
      let output = LiveOutput.video(server.url("publish"), stream: "test", log: LiveStreamBench.silence)
      let bench = try LiveStreamBench(clip("clip.mp4", in: folder, codec: "aac"), outputs: [output])
      bench.stream.start()
      bench.stream.waitUntilEnded()
      #expect(bench.stream.stop())
      #expect(output.status?.failures == 0)
      #expect(try #require(output.status).written > 50)
    }
  }
}

/// An output that takes ten times as long for a picture as there is.
private final class SlowSink: LiveSink, @unchecked Sendable {
  // @unchecked: set up before the stream starts, then used by one output's queue, and read after its end.

  var pace: Watcher?
  private(set) var packets: [MediaPacket] = []

  func write(_ frame: LiveFrame) {
    _ = pace?.wait(for: 10, within: 0.3)
    packets += frame.audio.packets
  }

  func finish() {}
  func abandon() {}
}

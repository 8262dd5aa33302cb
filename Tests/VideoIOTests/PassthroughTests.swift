import Foundation
import TestSupport
import Testing
import VideoIO

struct PassthroughTests {
  /// MD5 of all payloads of a file's audio and subtitle streams, in order.
  private func hashes(_ path: String, kinds: [String] = ["a", "s"]) -> [String] {
    let maps = kinds.flatMap { ["-map", "0:\($0)?"] }
    return Media.run(
      "ffmpeg", ["-v", "error", "-i", path] + maps + ["-c", "copy", "-f", "streamhash", "-hash", "md5", "-"]
    ).output.split(separator: "\n").map { String($0.split(separator: "=").last ?? "") }
  }

  @Test(
    "Copied streams are byte for byte the source's",
    arguments: [
      ("av.mp4", "out.mp4"), ("av.mp4", "out.mkv"), ("full.mkv", "out.mkv"), ("subtitles.mp4", "out.mp4"),
      ("offset.ts", "out.ts"), ("rot90.mp4", "out.mov"),
    ])
  func identical(name: String, output: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(output).path
      let writer = try Reading.transcode(Media.path(name), to: output)
      #expect(writer.warnings.isEmpty)
      let expected = hashes(Media.path(name))
      #expect(!expected.isEmpty)
      #expect(hashes(output) == expected)
    }
  }

  @Test("Audio stays in step with the picture", arguments: [("av.mp4", "out.mp4"), ("offset.ts", "out.mp4")])
  func inStep(name: String, output: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(output).path
      _ = try Reading.transcode(Media.path(name), to: output)
      let delay = { (path: String) throws -> Double in
        let first = { (stream: String) throws -> Double in
          let times = Media.probe(path, stream: stream, entries: "packet=pts_time").compactMap(Double.init)
          return try #require(times.min())
        }
        return try first("a:0") - first("v:0")
      }
      #expect(abs(try delay(output) - delay(Media.path(name))) < 0.001)
    }
  }

  @Test("Streams that the container cannot hold are left out with a warning")
  func leftOut() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      let writer = try Reading.transcode(Media.path("full.mkv"), to: output)
      #expect(writer.warnings == ["subtitle stream 3 (subrip) is left out: a mp4 file cannot hold it"])
      #expect(hashes(output) == hashes(Media.path("full.mkv"), kinds: ["a"]))
    }
  }

  @Test("The fonts of subtitles are copied to Matroska, and named where a container has no place for them")
  func attachments() throws {
    try Media.withFolder { folder in
      let font = folder.appendingPathComponent("font.ttf").path
      let input = folder.appendingPathComponent("in.mkv").path
      try Data("not really a font".utf8).write(to: URL(fileURLWithPath: font))
      let made = Media.run(
        "ffmpeg",
        ["-v", "error", "-i", Media.path("av.mp4"), "-c", "copy", "-attach", font]
          + ["-metadata:s:t", "mimetype=application/x-truetype-font", input])
      #expect(made.status == 0, "\(made.errors)")
      let matroska = folder.appendingPathComponent("out.mkv").path
      #expect(try Reading.transcode(input, to: matroska).warnings.isEmpty)
      let copy = folder.appendingPathComponent("copy.ttf").path
      Media.run("ffmpeg", ["-v", "error", "-dump_attachment:t:0", copy, "-i", matroska])
      #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == Data("not really a font".utf8))
      let writer = try Reading.transcode(input, to: folder.appendingPathComponent("out.mp4").path)
      #expect(writer.warnings == ["attachment stream 2 (ttf) is left out: a mp4 file cannot hold it"])
    }
  }

  @Test("Packets are delivered only when asked for")
  func onlyWhenAsked() throws {
    #expect(try Reading(Media.path("full.mkv")).packets.isEmpty)
    var options = ReaderOptions()
    options.passthrough = true
    let packets = try Reading(Media.path("full.mkv"), options: options).packets
    #expect(Set(packets.map(\.streamIndex)) == [1, 2, 3])
  }
}

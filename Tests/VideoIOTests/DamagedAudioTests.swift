import Foundation
import TestSupport
import Testing
import VideoIO

/// Audio that cannot be copied as it is, or not all of it: the picture never suffers.
struct DamagedAudioTests {
  private func packets(_ path: String, stream: String) -> Int {
    Media.probe(path, stream: stream, entries: "packet=size").count
  }

  /// `av.mp4` as a transport stream whose packets `change` may alter or leave out; audio has the identifier 0x101.
  private func transportStream(
    in folder: URL, _ change: (_ number: Int, _ packet: inout [UInt8], _ isAudio: Bool) -> Bool
  ) throws -> String {
    let path = folder.appendingPathComponent("in.ts")
    #expect(Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-c", "copy", path.path]).status == 0)
    let bytes = [UInt8](try Data(contentsOf: path))
    var changed = Data()
    for number in 0..<bytes.count / 188 {
      var packet = Array(bytes[number * 188..<(number + 1) * 188])
      let isAudio = Int(packet[1] & 31) << 8 | Int(packet[2]) == 0x101
      if change(number, &packet, isAudio) { changed += packet }
    }
    try changed.write(to: path)
    return path.path
  }

  @Test(
    "A packet of audio with a damaged header is left out and counted; the picture and the other audio stay",
    arguments: ["out.mp4", "out.mkv", "out.mov", "out.flv"])
  func damaged(name: String) throws {
    try Media.withFolder { folder in
      var headers = 0
      let input = try transportStream(in: folder) { _, packet, isAudio in
        guard isAudio, packet[1] & 0x40 != 0 else { return true }
        headers += 1
        // The synchronisation word of the eighth group of AAC packets.
        if headers == 8, let start = packet.indices.dropFirst(10).first(where: { packet[$0] == 0xff }) {
          packet[start] = 0x7f
        }
        return true
      }
      let output = folder.appendingPathComponent(name).path
      let writer = try Reading.transcode(input, to: output)
      #expect(writer.warnings == ["audio stream 1 (aac): 1 damaged packet is left out"])
      #expect(writer.frameCount == 150)
      #expect(packets(output, stream: "v") == 150)
      #expect(packets(output, stream: "a") == packets(input, stream: "a") - 1)
    }
  }

  @Test("A full disk stays an error where audio is damaged, too")
  func fullDisk() throws {
    try Media.withFolder { folder in
      let input = Media.damagedAudio(in: folder)
      var options = WriterOptions()
      options.format = "matroska"
      let error = try #require(throws: VideoError.self) {
        _ = try Reading.transcode(input, to: "/dev/full", writing: options)
      }
      #expect(error.code == AVErrorCode(errno: ENOSPC))
      let output = folder.appendingPathComponent("out.mp4").path
      let writer = try Reading.transcode(input, to: output)
      #expect(writer.warnings == ["audio stream 1 (aac): 50 damaged packets are left out"])
      #expect(packets(output, stream: "v") == 150)
    }
  }

  @Test(
    "Audio of which nothing comes where the input begins is left out and named",
    arguments: ["out.mp4", "out.mov", "out.mkv", "out.ts"])
  func announced(name: String) throws {
    try Media.withFolder { folder in
      let input = try transportStream(in: folder) { _, _, isAudio in !isAudio }
      let output = folder.appendingPathComponent(name).path
      let writer = try Reading.transcode(input, to: output)
      #expect(writer.warnings == ["audio stream 1 (aac) is left out: its sample rate is not known"])
      #expect(packets(output, stream: "v:0") == 150)
    }
  }

  @Test(
    "Audio that a container cannot hold is left out and named, whatever libav says it knows",
    arguments: [
      ("flac", "out.mov"), ("libopus", "out.mov"), ("pcm_s16le", "out.flv"), ("pcm_mulaw", "out.flv"),
      ("aac", "out.mpg"), ("aac", "out.mxf"), ("aac", "out.ogv"), ("flac", "out.ts"),
    ])
  func leftOut(codec: String, name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(name).path
      let writer = try Reading.transcode(clip(codec, in: folder), to: output)
      #expect(writer.warnings.count == 1)
      #expect(writer.warnings.first?.hasSuffix("file cannot hold it") == true, "\(writer.warnings)")
      #expect(try Reading(output).frames.count == 25)
      #expect(packets(output, stream: "a") == 0)
    }
  }

  @Test(
    "Audio that a container can hold is copied",
    arguments: [
      ("flac", "out.mp4"), ("truehd", "out.mp4"), ("libopus", "out.mp4"), ("mp2", "out.mpg"), ("pcm_s16le", "out.mxf"),
      ("libvorbis", "out.ogv"), ("pcm_mulaw", "out.mkv"), ("pcm_s16le", "out.avi"),
    ])
  func held(codec: String, name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(name).path
      let writer = try Reading.transcode(clip(codec, in: folder), to: output)
      #expect(writer.warnings.isEmpty)
      #expect(packets(output, stream: "a") > 0)
    }
  }

  /// A second of video with audio of a codec.
  private func clip(_ codec: String, in folder: URL) -> String {
    let path = folder.appendingPathComponent("clip.mkv").path
    let made = Media.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=1", "-f", "lavfi", "-i", "sine=440:r=48000:d=1"]
        + ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", codec, "-strict", "-2", path])
    #expect(made.status == 0, "\(made.errors)")
    return path
  }
}

import Foundation
import TestSupport
import Testing
import VideoIO

struct TrimmingTests {
  private func options(_ start: Double?, _ end: Double?) -> ReaderOptions {
    var options = ReaderOptions()
    options.start = start
    options.end = end
    return options
  }

  @Test(
    "The frames are those from start to before end, wherever key frames lie",
    arguments: ["av.mp4", "offset.ts", "full.mkv", "raw.h264"],
    [(0.5, 2.0), (4.03, 5.5), (4.96, nil), (nil, 1.0), (5.9, nil)] as [(Double?, Double?)])
  func frames(name: String, window: (start: Double?, end: Double?)) throws {
    let all = try Reading(Media.path(name))
    let origin = all.reader.info.startTime ?? 0
    let expected = all.frames.filter {
      $0.time >= origin + (window.start ?? 0) - 1e-6 && $0.time < origin + (window.end ?? 1e9) - 1e-6
    }
    let reading = try Reading(Media.path(name), options: options(window.start, window.end))
    #expect(reading.frames.map(\.pts) == expected.map(\.pts))
    #expect(reading.frames.first?.checksum == expected.first?.checksum)
    #expect(reading.frames.last?.checksum == expected.last?.checksum)
    #expect(reading.frames.first?.index == 0)
    #expect(reading.reader.damage.isEmpty)
  }

  @Test("Subtitles and chapters are cut with the picture")
  func subtitlesAndChapters() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mkv").path
      _ = try Reading.transcode(Media.path("full.mkv"), to: output, reading: options(1, 3))
      let shown = Media.probe(output, stream: "s:0", entries: "packet=pts_time,duration_time")
      #expect(shown == ["0.000000,0.500000", "1.500000,1.500000"])
      let chapters = try VideoReader(output).template.chapters
      let first = try #require(try Reading(Media.path("full.mkv"), options: options(1, 3)).frames.first)
      let shift = Int64((first.time * 1e6).rounded())
      #expect(chapters.map(\.start) == [0, 2_000_000 - shift])
      #expect(chapters.map(\.end) == [2_000_000 - shift, 3_000_000 - shift])
    }
  }

  @Test("A range without frames is one clear error")
  func nothing() throws {
    let error = try #require(throws: VideoError.self) {
      _ = try Reading(Media.path("av.mp4"), options: options(100, nil))
    }
    #expect(error.kind == .unusableInput)
    #expect(error.description.hasSuffix("no frame in the wanted range of time"))
  }

  /// Payload hash and time of every packet of a stream.
  private func packets(_ path: String, stream: String) -> [(hash: String, time: Double)] {
    var packets: [(hash: String, time: Double)] = []
    var time: Double?
    let lines = Media.probe(
      path, stream: stream, entries: "packet=pts_time,data_hash", arguments: ["-show_data_hash", "md5"])
    for field in lines.flatMap({ $0.split(separator: ",") }) {
      if let number = Double(field) {
        time = number
      } else if field.hasPrefix("MD5:"), let shown = time {
        packets.append((String(field), shown))
      }
    }
    return packets
  }

  @Test(
    "Audio is cut with the picture and stays in step, from zero on",
    arguments: [("av.mp4", "out.mp4"), ("full.mkv", "out.mkv"), ("offset.ts", "out.ts"), ("av.mp4", "out.mkv")])
  func sound(name: String, output: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(output).path
      _ = try Reading.transcode(Media.path(name), to: output, reading: options(4.03, 5.21))
      let frames = try Reading(Media.path(name), options: options(4.03, 5.21)).frames
      let first = try #require(frames.first).time
      let last = try #require(frames.last).time
      let source = packets(Media.path(name), stream: "a:0")
      let copy = packets(output, stream: "a:0")
      let video = try #require(try Reading(output).frames.first).time
      if !output.hasSuffix(".ts") { #expect(abs(video) < 0.001) }
      #expect(copy.count > 40)
      var offsets: [Double] = []
      for packet in copy {
        let original = source.filter { $0.hash == packet.hash && $0.time >= first - 0.001 && $0.time < last + 0.1 }
        #expect(!original.isEmpty)
        if original.count == 1 { offsets.append((packet.time - video) - (original[0].time - first)) }
      }
      #expect(!offsets.isEmpty)
      #expect(offsets.allSatisfy { abs($0) < 0.0011 })
      let expected = source.filter { $0.time >= first && $0.time < (last + 0.04) }
      #expect(abs(copy.count - expected.count) <= 2)
    }
  }
}

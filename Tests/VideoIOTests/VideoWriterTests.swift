import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

struct VideoWriterTests {
  @Test(
    "A copy has the frames, relative timestamps and duration of its source",
    arguments: [
      "av.mp4", "offset.ts", "vfr.mp4", "ntsc.mp4", "odd.webm", "interlaced.mp4", "raw.h264", "mjpeg.avi", "hevc10.mp4",
      "sizes.ts", "rot90.mp4",
    ])
  func copies(name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      let source = try Reading(Media.path(name))
      let writer = try Reading.transcode(Media.path(name), to: output)
      #expect(writer.warnings.isEmpty)
      #expect(writer.frameCount == source.frames.count)
      let copy = try Reading(output)
      let first = try #require(source.frames.first)
      let base = try #require(copy.frames.first)
      let ticks = { (frames: [VideoFrame], other: VideoFrame) in
        frames.map {
          ($0.pts - frames[0].pts) * Int64($0.timeBase.numerator) * Int64(other.timeBase.denominator)
        }
      }
      #expect(ticks(copy.frames, first) == ticks(source.frames, base))
      let end = { (frame: VideoFrame) in frame.time + Double(frame.duration) * frame.timeBase.doubleValue }
      let expected = end(try #require(source.frames.last)) - first.time
      let duration = try #require(copy.reader.info.videoStream?.duration)
      #expect(abs(duration - expected) < 0.041)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
    }
  }

  @Test(
    "Shape of pixels, range, matrix and fields are kept",
    arguments: ["sar.mp4", "mjpeg.avi", "bt709.mp4", "interlaced.mp4", "gray8.mkv"])
  func properties(name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      _ = try Reading.transcode(Media.path(name), to: output)
      let source = try #require(try Reading(Media.path(name)).frames.first)
      let copy = try Reading(output)
      let frame = try #require(copy.frames.first)
      #expect(frame.sampleAspectRatio == source.sampleAspectRatio)
      #expect(frame.isFullRange == source.isFullRange)
      #expect(frame.colourMatrix == source.colourMatrix)
      #expect(frame.isInterlaced == source.isInterlaced)
      #expect(copy.reader.info.videoStream?.video?.pixelFormat.hasPrefix("yuv") == true)
      let difference = zip(frame.pixels, source.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(Double(difference) / Double(source.pixels.count) < 3)
    }
  }

  @Test("Odd sizes get their last column and row repeated for H.264, and stay for VP9")
  func oddSizes() throws {
    try Media.withFolder { folder in
      let padded = folder.appendingPathComponent("out.mp4").path
      _ = try Reading.transcode(Media.path("odd.webm"), to: padded)
      #expect(try VideoReader(padded).info.videoStream?.video?.uprightSize == ImageSize(width: 322, height: 182))
      let same = folder.appendingPathComponent("out.webm").path
      _ = try Reading.transcode(Media.path("odd.webm"), to: same)
      let video = try VideoReader(same).info.videoStream
      #expect(video?.codec == "vp9")
      #expect(video?.video?.uprightSize == ImageSize(width: 321, height: 181))
    }
  }

  @Test(
    "Other containers and encoders hold all frames",
    arguments: [
      ("out.mkv", nil), ("out.mov", nil), ("out.ts", nil), ("out.avi", nil), ("out.mp4", "mpeg4"), ("out.avi", "mjpeg"),
      ("out.mkv", "ffv1"), ("out.mp4", "libx265"), ("out.mov", "prores_ks"), ("out.ogv", nil),
      ("out.mpg", "mpeg2video"), ("out.y4m", nil),
    ] as [(String, String?)])
  func containers(name: String, codec: String?) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(name).path
      var options = WriterOptions()
      options.codec = codec
      _ = try Reading.transcode(Media.path("ntsc.mp4"), to: output, writing: options)
      let source = try Reading(Media.path("ntsc.mp4")).frames
      let copy = try Reading(output).frames
      #expect(copy.count == source.count)
      #expect(zip(source, copy).allSatisfy { abs(($0.time - source[0].time) - ($1.time - copy[0].time)) < 0.001 })
    }
  }

  @Test("FFV1 keeps every pixel")
  func lossless() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mkv").path
      var options = WriterOptions()
      options.codec = "ffv1"
      _ = try Reading.transcode(Media.path("odd.webm"), to: output, writing: options)
      let source = try Reading(Media.path("odd.webm")).frames.map(\.checksum)
      #expect(try Reading(output).frames.map(\.checksum) == source)
    }
  }

  @Test("A GIF has a palette, at most 50 frames per second, and its colours")
  func gif() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.gif").path
      _ = try Reading.transcode(Media.path("fast.mp4"), to: output)
      let gif = try Reading(output)
      #expect(gif.reader.info.videoStream?.codec == "gif")
      #expect(gif.frames.count == 30)
      let last = try #require(gif.frames.last)
      #expect(abs(last.time - 58.0 / 60) < 0.02)
      let source = try #require(try Reading(Media.path("fast.mp4")).frames.first).pixels
      let pixels = gif.frames[0].pixels
      let difference = (0..<320 * 180).reduce(0) { $0 + abs(Int(pixels[$1]) - Int(source[$1])) }
      #expect(difference / (320 * 180) < 12)
    }
  }

  @Test("Quality and preset reach the encoder")
  func quality() throws {
    try Media.withFolder { folder in
      var sizes: [Int] = []
      for crf in [18.0, 40.0] {
        let output = folder.appendingPathComponent("\(Int(crf)).mp4").path
        var options = WriterOptions()
        options.crf = crf
        options.preset = "ultrafast"
        _ = try Reading.transcode(Media.path("ntsc.mp4"), to: output, writing: options)
        sizes.append(try FileManager.default.attributesOfItem(atPath: output)[.size] as? Int ?? 0)
      }
      #expect(sizes[0] > 2 * sizes[1])
    }
  }

  @Test("Ended early, the output is playable up to there")
  func early() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      _ = try Reading.transcode(Media.path("av.mp4"), to: output, limit: 40)
      #expect(try Reading(output).frames.count == 40)
    }
  }

  @Test("MP4 begins with its index, so that it plays while it loads")
  func faststart() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4")
      _ = try Reading.transcode(Media.path("av.mp4"), to: output.path)
      let bytes = try Data(contentsOf: output)
      let index = try #require(bytes.range(of: Data("moov".utf8)))
      let data = try #require(bytes.range(of: Data("mdat".utf8)))
      #expect(index.lowerBound < data.lowerBound)
    }
  }

  @Test("Title, languages and chapters are taken over")
  func metadata() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mkv").path
      _ = try Reading.transcode(Media.path("full.mkv"), to: output)
      let reader = try VideoReader(output)
      #expect(reader.info.metadata["title"] == "Two parts")
      #expect(reader.info.streams.map(\.language) == [nil, "eng", "deu", "eng"])
      #expect(reader.template.chapters.map { $0.metadata["title"] } == ["First", "Second"])
      #expect(reader.template.chapters.map(\.end) == [2_000_000, 6_000_000])
    }
  }
}

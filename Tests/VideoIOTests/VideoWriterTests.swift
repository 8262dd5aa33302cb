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

  @Test(
    "Key frames come by time, however few frames there are, and however unevenly they come",
    arguments: [[1.0], [0.2], [0.9, 0.1, 0.04, 3]])
  func keyFrames(steps: [Double]) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mkv").path
      var options = WriterOptions()
      options.keyFrameInterval = 2
      let writer = try VideoWriter(output, options: options, template: OutputTemplate(timeBase: Rational(1, 1000)))
      var time = 0.0
      var expected: [Double] = []
      for index in 0..<40 {
        try writer.write(
          VideoFrame.blank(
            size: ImageSize(width: 64, height: 64), pts: Int64((time * 1000).rounded()), timeBase: Rational(1, 1000),
            y: UInt8(index)))
        if expected.isEmpty || Int(time / 2 + 1e-6) > Int(expected[expected.count - 1] / 2 + 1e-6) {
          expected.append(time)
        }
        time += steps[index % steps.count]
      }
      try writer.finish()
      let keys = Media.probe(output, entries: "packet=pts_time,flags").filter { $0.contains("K") }
        .compactMap { Double($0.prefix { $0 != "," }) }
      #expect(keys.count == expected.count)
      #expect(zip(keys, expected).allSatisfy { abs($0 - $1) < 0.002 })
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

  @Test(
    "Pictures are scaled to the size that is asked for, and look as wide as before",
    arguments: [
      (480, nil, "out.gif", ["480", "270"]), (160, nil, "out.mp4", ["160", "90", "1:1"]),
      (161, nil, "out.mp4", ["162", "92", "1:1"]), (160, 120, "out.mp4", ["160", "120", "4:3"]),
      (100, nil, "%d.png", ["100", "56"]),
    ] as [(Int, Int?, String, [String])])
  func scaled(width: Int, height: Int?, name: String, expected: [String]) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(name).path
      var options = WriterOptions()
      options.width = width
      options.height = height
      _ = try Reading.transcode(Media.path("av.mp4"), to: output, writing: options, limit: 3)
      let first = name == "%d.png" ? folder.appendingPathComponent("1.png").path : output
      let entries = Media.probe(first, stream: "v:0", entries: "stream=width,height,sample_aspect_ratio")
      #expect(entries.first?.split(separator: ",").prefix(expected.count).map(String.init) == expected)
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

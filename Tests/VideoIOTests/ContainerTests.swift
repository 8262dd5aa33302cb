import Foundation
import TestSupport
import Testing
import VideoIO

/// What containers say, and what they cannot say.
struct ContainerTests {
  private func ffmpeg(_ arguments: [String]) throws {
    let result = Media.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
  }

  // MARK: - Shape of pixels

  @Test(
    "The shape of pixels that only the container tells is kept",
    arguments: [
      ["-c:v", "prores_ks", "in.mov"], ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "in.mkv"],
      ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "in.webm"], ["-c:v", "ffv1", "in.mkv"],
      ["-c:v", "mjpeg", "-f", "matroska", "in.mkv"],
    ], ["mp4", "mkv", "mov", "webm", "ts"])
  func pixelAspect(encoding: [String], output: String) throws {
    try Media.withFolder { folder in
      let input = folder.appendingPathComponent(encoding.last ?? "").path
      try ffmpeg(
        ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-t", "0.2", "-vf", "setsar=4/3"] + encoding.dropLast() + [input]
      )
      let path = folder.appendingPathComponent("out.\(output)").path
      _ = try Reading.transcode(input, to: path)
      #expect(Media.probe(path, entries: "stream=sample_aspect_ratio").first == "4:3")
    }
  }

  @Test("The shape of pixels turns with the picture")
  func turnedPixels() throws {
    try Media.withFolder { folder in
      let input = folder.appendingPathComponent("in.mov").path
      let source = ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-t", "0.2", "-vf", "setsar=4/3"]
      try ffmpeg(source + ["-c:v", "prores_ks", input])
      var options = ReaderOptions()
      options.rotate = 90
      let frames = try Reading(input, options: options).frames
      #expect(Set(frames.map(\.sampleAspectRatio)) == [Rational(3, 4)])
    }
  }

  // MARK: - Packets

  /// H.264 in AVI with a packet for each of its units.
  private func units(of stream: Data, size: (width: UInt32, height: UInt32)) -> Data {
    var units: [Data] = []
    var begin = 0
    let bytes = [UInt8](stream)
    for index in bytes.indices.dropFirst().dropLast(3) where bytes[index..<index + 4] == [0, 0, 0, 1] {
      units.append(stream[begin..<index])
      begin = index
    }
    units.append(stream[begin...])
    func number(_ values: UInt32...) -> Data { values.reduce(Data()) { $0 + withUnsafeBytes(of: $1) { Data($0) } } }
    func chunk(_ name: String, _ content: Data) -> Data {
      Data(name.utf8) + number(UInt32(content.count)) + content + Data(count: content.count % 2)
    }
    let count = UInt32(units.count)
    let main = number(40_000, 0, 0, 0, count, 0, 1, 0, size.width, size.height, 0, 0, 0, 0)
    let header =
      Data("vidsH264".utf8) + number(0, 0, 0, 1, 25, 0, count, 0, .max, 0, 0, size.width | size.height << 16)
    let format = number(40, size.width, size.height, 1 | 24 << 16) + Data("H264".utf8) + number(0, 0, 0, 0, 0)
    let list =
      Data("hdrl".utf8) + chunk("avih", main)
      + chunk("LIST", Data("strl".utf8) + chunk("strh", header) + chunk("strf", format))
    let content = units.reduce(Data("movi".utf8)) { $0 + chunk("00dc", $1) }
    return chunk("RIFF", Data("AVI ".utf8) + chunk("LIST", list) + chunk("LIST", content))
  }

  @Test("H.264 in AVI whose packets are its units, slices and headers, is read without damage", arguments: [1, 4])
  func unitsAsPackets(slices: Int) throws {
    try Media.withFolder { folder in
      let stream = folder.appendingPathComponent("in.h264")
      try ffmpeg(
        ["-f", "lavfi", "-i", "testsrc2=s=192x112:r=25", "-t", "1", "-c:v", "libx264", "-bf", "0", "-x264-params"]
          + ["slices=\(slices)", "-bsf:v", "h264_metadata=aud=remove", stream.path])
      // Start codes of three bytes become those of four.
      let bytes = [UInt8](try Data(contentsOf: stream))
      var long = Data()
      for index in bytes.indices {
        let isCode = index + 3 <= bytes.count && bytes[index..<index + 3] == [0, 0, 1]
        if isCode, index == 0 || bytes[index - 1] != 0 { long.append(0) }
        long.append(bytes[index])
      }
      let path = folder.appendingPathComponent("in.avi")
      try units(of: long, size: (192, 112)).write(to: path)
      let reading = try Reading(path.path)
      let expected = try Reading(stream.path).frames.map(\.checksum)
      #expect(reading.frames.map(\.checksum) == expected)
      #expect(reading.frames.count == 25)
      #expect(reading.reader.damage.packetsFailed == 0)
      #expect(reading.reader.damage.framesCorrupt == 0)
    }
  }

  // MARK: - Time

  /// Fifty frames in two seconds, then one at 19.96 s, and audio.
  private func screenRecording(_ folder: URL) throws -> String {
    let path = folder.appendingPathComponent("in.mp4").path
    try ffmpeg(
      ["-f", "lavfi", "-i", "testsrc=s=64x64:r=25:d=20", "-f", "lavfi", "-i", "sine=440:d=20"]
        + ["-vf", "select='lt(n,50)+eq(n,499)'", "-vsync", "vfr", "-c:v", "libx264", "-preset", "ultrafast"]
        + ["-c:a", "libmp3lame", path])
    return path
  }

  @Test(
    "Where frames have to come at a constant rate they are repeated, and each is shown when it was",
    arguments: [
      ("out.avi", nil), ("out.y4m", nil), ("out.h264", nil), ("out.mpg", "mpeg2video"),
      ("out.ts", "mpeg2video"), ("out.mxf", "mpeg2video"),
    ] as [(String, String?)])
  func constantRate(name: String, codec: String?) throws {
    try Media.withFolder { folder in
      let input = try screenRecording(folder)
      let output = folder.appendingPathComponent(name).path
      var options = WriterOptions()
      options.codec = codec
      let writer = try Reading.transcode(input, to: output, writing: options)
      #expect(writer.frameCount == 51)
      #expect(!writer.warnings.contains { $0.contains("frames are left out") })
      let copy = try Reading(output).frames
      try #require(copy.count == 500)
      let first = try #require(copy.first)
      #expect(copy.enumerated().allSatisfy { abs($1.time - first.time - Double($0) / 25) < 0.001 })
      let source = try Reading(input).frames
      let shown = [0, 20, 49].map { difference(copy[$0], source[$0]) }
      #expect(shown.allSatisfy { $0 < 12 })
      #expect(difference(copy[300], source[49]) < 12)
      #expect(difference(copy[499], source[50]) < 12)
    }
  }

  @Test("Theora, whose repeated frames are empty packets, is in step with the audio")
  func theora() throws {
    try Media.withFolder { folder in
      let input = try screenRecording(folder)
      let output = folder.appendingPathComponent("out.ogv").path
      _ = try Reading.transcode(input, to: output)
      let copy = try Reading(output).frames
      for frame in try Reading(input).frames.dropLast() {
        #expect(copy.contains { abs($0.time - frame.time) < 0.021 }, "\(frame.time)")
      }
      // Behind hundreds of empty packets libav tells times by whole pages, which hold a second at most.
      #expect(abs((copy.last?.time ?? 0) - 19.96) < 1)
    }
  }

  /// The mean difference of two pictures' pixels.
  private func difference(_ one: VideoFrame, _ other: VideoFrame) -> Double {
    Double(zip(one.pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(other.pixels.count)
  }

  @Test("A picture that comes later than the audio is shown from the beginning where the container has no other way")
  func lateVideo() throws {
    try Media.withFolder { folder in
      let input = folder.appendingPathComponent("in.mp4").path
      try ffmpeg(
        ["-itsoffset", "1", "-i", Media.path("av.mp4"), "-i", Media.path("av.mp4"), "-map", "0:v", "-map", "1:a"]
          + ["-c", "copy", input])
      let output = folder.appendingPathComponent("out.avi").path
      _ = try Reading.transcode(input, to: output)
      let copy = try Reading(output).frames
      let source = try Reading(input).frames
      #expect(copy.count == source.count + 25)
      #expect(difference(copy[24], source[0]) < 4)
      #expect(difference(copy[75], source[50]) < 4)
    }
  }

  @Test("Audio that begins later than the picture is left out and named where it would begin with it")
  func lateSound() throws {
    try Media.withFolder { folder in
      let input = folder.appendingPathComponent("in.mp4").path
      try ffmpeg(
        ["-i", Media.path("av.mp4"), "-itsoffset", "1", "-i", Media.path("av.mp4"), "-map", "0:v", "-map", "1:a"]
          + ["-c", "copy", input])
      let writer = try Reading.transcode(input, to: folder.appendingPathComponent("out.avi").path)
      #expect(writer.warnings.count == 1)
      #expect(writer.warnings.first?.contains("audio stream 1 (aac) is left out: it begins 0.9") == true)
    }
  }

  @Test("Times finer than an encoder's are rounded to less than a millisecond")
  func fineTimes() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      var options = WriterOptions()
      options.codec = "mpeg4"
      _ = try Reading.transcode(Media.path("vfr.mp4"), to: output, writing: options)
      let source = try Reading(Media.path("vfr.mp4")).frames
      let copy = try Reading(output).frames
      #expect(copy.count == source.count)
      #expect(zip(source, copy).allSatisfy { abs(($0.time - source[0].time) - ($1.time - copy[0].time)) < 0.001 })
    }
  }

  @Test("What an edit list hides is not copied before the picture", arguments: ["mkv", "mp4", "ts", "avi"])
  func editList(output: String) throws {
    try Media.withFolder { folder in
      let long = folder.appendingPathComponent("long.mp4").path
      let cut = folder.appendingPathComponent("cut.mp4").path
      try ffmpeg(
        [
          "-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-f", "lavfi", "-i", "sine=r=48000", "-t", "5", "-c:v",
          "libx264",
        ]
          + ["-g", "100", "-c:a", "aac", long])
      try ffmpeg(["-ss", "1.5", "-i", long, "-c", "copy", cut])
      let path = folder.appendingPathComponent("out.\(output)").path
      _ = try Reading.transcode(cut, to: path)
      let info = try VideoReader.probe(path)
      let video = try #require(info.videoStream?.startTime)
      let sound = try #require(info.streams.first { $0.kind == .audio }?.startTime)
      #expect(video - (info.startTime ?? 0) < 0.15)
      #expect(abs(sound - video) < 0.15)
    }
  }

  @Test(
    "The timecode of a part is that of its first frame",
    arguments: [
      (25.0, "01:00:00:00", 1.0, "01:00:01:00"), (25, "01:00:00:00", 3.6, "01:00:03:15"),
      (29.97, "00:00:59;20", 1.0, "00:01:00;22"), (25, "01:00:00:00", nil, "01:00:00:00"),
    ] as [(Double, String, Double?, String)])
  func timecode(rate: Double, timecode: String, start: Double?, expected: String) throws {
    try Media.withFolder { folder in
      let input = folder.appendingPathComponent("in.mov").path
      let fps = rate == 25 ? "25" : "30000/1001"
      try ffmpeg(
        ["-f", "lavfi", "-i", "testsrc=s=64x64:r=\(fps)", "-t", "5", "-c:v", "libx264", "-timecode", timecode, input])
      let output = folder.appendingPathComponent("out.mov").path
      var reading = ReaderOptions()
      reading.start = start
      _ = try Reading.transcode(input, to: output, reading: reading)
      #expect(Media.probe(output, entries: "stream_tags=timecode").first == expected)
    }
  }
}

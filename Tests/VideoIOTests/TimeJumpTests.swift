import Foundation
import TestSupport
import Testing
import VideoIO

/// Recordings that were put together, and parts of streams that can be entered at key frames only.
struct TimeJumpTests {
  private func ffmpeg(_ arguments: [String]) throws {
    let result = Media.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
  }

  /// A recording with audio of some seconds, whose clock begins at `offset`.
  private func recording(_ path: String, seconds: Double, offset: Double, pattern: String = "testsrc2") throws {
    try ffmpeg(
      ["-f", "lavfi", "-i", "\(pattern)=s=96x64:r=25", "-f", "lavfi", "-i", "sine=r=48000", "-t", "\(seconds)"]
        + ["-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-c:a", "mp2", "-output_ts_offset", "\(offset)", path])
  }

  private func joined(_ folder: URL, _ names: [String], _ ending: String = "ts") throws -> String {
    let path = folder.appendingPathComponent("joined.\(ending)")
    let parts = try names.map { try Data(contentsOf: folder.appendingPathComponent($0)) }
    try parts.reduce(Data(), +).write(to: path)
    return path.path
  }

  @Test(
    "Recordings that were put together are one timeline without holes, whatever their clocks say",
    arguments: [[0, 90_000], [90_000, 0], [0, 3600], [3600, 0], [100, 30], [0, 0.2], [95_442, 20]] as [[Double]],
    ["ts", "mpg"])
  func joinedRecordings(offsets: [Double], ending: String) throws {
    try Media.withFolder { folder in
      let lengths = [2.0, 3.0]
      for (index, offset) in offsets.enumerated() {
        let path = folder.appendingPathComponent("\(index).\(ending)").path
        // MPEG program streams have no such clocks.
        try recording(path, seconds: lengths[index], offset: ending == "mpg" ? min(offset, 3600) : offset)
      }
      let path = try joined(folder, ["0.\(ending)", "1.\(ending)"], ending)
      let reading = try Reading(path)
      let times = reading.frames.map { $0.time - (reading.reader.info.startTime ?? 0) }
      #expect(times.count == 125)
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 > $0 && $1 - $0 < 0.3 })
      #expect(abs((times.last ?? 0) - 4.96) < 0.3)
      #expect(reading.reader.damage.framesCorrupt == 0)

      let output = folder.appendingPathComponent("out.mp4").path
      _ = try Reading.transcode(path, to: output)
      let info = try VideoReader.probe(output)
      for stream in info.streams { #expect(abs((stream.duration ?? 0) - 5) < 0.4) }
    }
  }

  @Test("Recordings shorter than a second, and lost packets, are joined as well")
  func short() throws {
    try Media.withFolder { folder in
      for index in 0..<3 {
        try recording(folder.appendingPathComponent("\(index).ts").path, seconds: 0.4, offset: 0)
      }
      let reading = try Reading(try joined(folder, ["0.ts", "1.ts", "2.ts"]))
      let times = reading.frames.map(\.time)
      #expect(times.count == 30)
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 > 0.03 && $1 - $0 < 0.3 })
      #expect(reading.reader.damage.timeJumps.count == 2)
    }
  }

  @Test("An encoder that was started again is one timeline in FLV, too")
  func flv() throws {
    try Media.withFolder { folder in
      for index in 0..<2 {
        try ffmpeg(
          ["-f", "lavfi", "-i", "testsrc2=s=96x64:r=25", "-t", "2", "-c:v", "libx264", "-g", "50"]
            + [folder.appendingPathComponent("\(index).flv").path])
      }
      // The header comes once.
      let path = folder.appendingPathComponent("joined.flv")
      let parts = try ["0.flv", "1.flv"].map { try Data(contentsOf: folder.appendingPathComponent($0)) }
      try (parts[0] + parts[1].dropFirst(13)).write(to: path)
      let times = try Reading(path.path).frames.map(\.time)
      #expect(times.count == 100)
      #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 > 0.03 && $1 - $0 < 0.3 })
    }
  }

  @Test(
    "A part is the same as that part of the whole, also behind a jump of time",
    arguments: [[0, 0], [0, 90_000], [3600, 0]] as [[Double]], [4.0, 6.2, 8.52])
  func partOfJoined(offsets: [Double], start: Double) throws {
    try Media.withFolder { folder in
      for (index, pattern) in ["testsrc2", "mandelbrot"].enumerated() {
        try recording(
          folder.appendingPathComponent("\(index).ts").path, seconds: 5, offset: offsets[index], pattern: pattern)
      }
      let path = try joined(folder, ["0.ts", "1.ts"])
      let whole = try Reading(path)
      let origin = whole.reader.info.startTime ?? 0
      var options = ReaderOptions()
      options.start = start
      options.end = start + 1
      let part = try Reading(path, options: options).frames
      let expected = whole.frames.filter {
        $0.time >= origin + start - 1e-6 && $0.time < origin + start + 1 - 1e-6
      }
      #expect(expected.count > 20)
      #expect(part.map(\.pts) == expected.map(\.pts))
      #expect(part.map(\.checksum) == expected.map(\.checksum))
    }
  }

  private static let codecs: [[String]] = [
    ["libx265", "-x265-params", "log-level=error:keyint=100:min-keyint=100:scenecut=0:pools=1:frame-threads=1"],
    ["libx265", "-x265-params", "log-level=error:keyint=60:open-gop=1:bframes=4:scenecut=0:pools=1:frame-threads=1"],
    ["mpeg4", "-g", "100", "-bf", "2"], ["mpeg2video", "-g", "60", "-bf", "2"],
    ["libx264", "-preset", "veryfast", "-x264-params", "keyint=100:open-gop=1:scenecut=0"],
    ["libx264", "-preset", "veryfast", "-x264-params", "keyint=100:intra-refresh=1"],
  ]

  @Test(
    "A part begins with the frames of the whole, however far ahead the key frame is that they need",
    arguments: codecs, ["ts", "mkv", "mp4", "avi"])
  func partBetweenKeyFrames(codec: [String], ending: String) throws {
    // AVI has no order of presentation.
    if ending == "avi", codec[0] != "mpeg4" { return }
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("in.\(ending)").path
      try ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=192x108:r=25", "-t", "12", "-c:v"] + codec + [path])
      let whole = try Reading(path)
      let origin = whole.reader.info.startTime ?? 0
      for start in [3.2, 6.2, 7.96] {
        var options = ReaderOptions()
        options.start = start
        options.end = start + 0.6
        let part = try Reading(path, options: options)
        let expected = whole.frames.filter {
          $0.time >= origin + start - 1e-6 && $0.time < origin + start + 0.6 - 1e-6
        }
        #expect(part.frames.map(\.pts) == expected.map(\.pts), "\(start)")
        #expect(part.frames.map(\.checksum) == expected.map(\.checksum), "\(start)")
        #expect(part.reader.damage.framesCorrupt == 0)
      }
    }
  }

  @Test("Frames before the first key frame of a stream that was cut off in front count as damaged")
  func cutInFront() throws {
    for codec in Self.codecs.prefix(3) {
      try Media.withFolder { folder in
        let path = folder.appendingPathComponent("in.ts").path
        try ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=192x108:r=25", "-t", "8", "-c:v"] + codec + [path])
        let cut = folder.appendingPathComponent("cut.ts").path
        try ffmpeg(["-i", path, "-c", "copy", "-bsf:v", "noise=drop=eq(n\\,0)", "-f", "mpegts", cut])
        let reading = try Reading(cut)
        let flagged = reading.frames.count { $0.isCorrupt }
        #expect(flagged > 40, "\(codec)")
        #expect(flagged < reading.frames.count, "\(codec)")
        #expect(reading.reader.damage.framesCorrupt == flagged)
        #expect(reading.frames.last?.isCorrupt == false)
      }
    }
  }
}

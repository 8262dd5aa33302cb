import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

struct VideoReaderTests {
  @Test("A frame that leaves the decoder late, because others come before it, has arrived with its packet")
  func arrivals() throws {
    var options = ReaderOptions()
    options.lowDelay = true
    let arrivals = try Reading(Media.path("av.mp4"), options: options).frames.compactMap(\.arrival)
    #expect(arrivals.count == 150)
    // With B-frames, a packet that comes early is shown late.
    #expect(zip(arrivals, arrivals.dropFirst()).count { $1 < $0 } > 20)
    #expect(Set(arrivals).count == arrivals.count)
  }

  @Test(
    "Frames and timestamps are those that ffprobe sees",
    arguments: [
      "av.mp4", "offset.ts", "full.mkv", "vfr.mp4", "ntsc.mp4", "rot90.mp4", "odd.webm", "odd.mp4", "odd_444.mp4",
      "sar.mp4", "interlaced.mp4", "hevc10.mp4", "mjpeg.avi", "full422.mkv", "rgb.mkv", "gray8.mkv", "depth.mkv",
      "paletted.mkv", "sizes.ts", "truncated.mp4", "dropped.ts", "covered.mp4", "image.jpg", "image.png",
    ])
  func timestamps(name: String) throws {
    let path = Media.path(name)
    let expected = Media.timestamps(path)
    let reading = try Reading(path)
    #expect(!expected.isEmpty)
    #expect(reading.frames.map(\.pts) == expected.map { $0 ?? 0 })
    #expect(reading.frames.map(\.index) == Array(0..<expected.count))
    #expect(Set(reading.frames.map(\.size)).count == 1)
  }

  @Test("A stream without timestamps gets them from its frame rate")
  func noTimestamps() throws {
    let reading = try Reading(Media.path("raw.h264"))
    #expect(reading.frames.count == 150)
    #expect(reading.frames.enumerated().allSatisfy { abs($1.time - Double($0) / 25) < 1e-9 })
    #expect(reading.reader.damage.isEmpty)
  }

  @Test(
    "What cannot be used ends in one clear error",
    arguments: [
      ("missing.mp4", "No such file or directory"), ("empty.mp4", "Invalid data"), ("random.mp4", "Invalid data"),
      ("no_index.mp4", "moov atom not found"), ("audio_only.m4a", "no video stream"),
      ("cover.m4a", "only an attached picture"), ("lines.srt", "no video stream"),
    ])
  func unusable(name: String, text: String) throws {
    let path = Media.path(name)
    let error = try #require(throws: VideoError.self) { _ = try Reading(path) }
    #expect(error.kind == .unusableInput)
    #expect(error.description.contains(text))
    #expect(error.description.contains(path))
    #expect(!error.description.contains("\n"))
  }

  @Test("Damage is counted and what decodes is delivered")
  func damage() throws {
    let path = Media.path("noise.h264")
    let expected = Media.probe(path, stream: "v:0", entries: "stream=nb_read_frames", arguments: ["-count_frames"])
    let reading = try Reading(path)
    let damage = reading.reader.damage
    #expect("\(reading.frames.count)" == expected.first)
    #expect(damage.framesDecoded == reading.frames.count)
    #expect(damage.rate > 0.1)
    #expect(damage.framesCorrupt == reading.frames.count { $0.isCorrupt })
  }

  @Test(
    "A file that is cut off is read as far as it goes, also where the demuxer calls that a failure of reading",
    arguments: [
      ("film_cpk", "cpk", "rawvideo"), ("rm", "rm", "rv10"), ("avi", "avi", "mjpeg"), ("vob", "mpg", "mpeg2video"),
    ])
  func cutOff(format: String, ending: String, codec: String) throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("in.\(ending)").path
      let arguments = ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:r=25", "-t", "2", "-pix_fmt"]
      let pixels = codec == "rawvideo" ? "rgb24" : codec == "mjpeg" ? "yuvj420p" : "yuv420p"
      Media.run("ffmpeg", arguments + [pixels, "-c:v", codec, "-f", format, path])
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let cut = folder.appendingPathComponent("cut.\(ending)").path
      try whole.prefix(whole.count * 6 / 10).write(to: URL(fileURLWithPath: cut))
      let expected = Media.timestamps(cut).count
      #expect(expected > 5)
      #expect(try Reading(cut).frames.count >= expected)
    }
  }

  @Test("A file that is cut off is said to be", arguments: ["mp4", "mkv"])
  func endsEarly(ending: String) throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("in.\(ending)").path
      let index = ending == "mp4" ? ["-movflags", "+faststart"] : []
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-c", "copy"] + index + [path])
      let undamaged = try Reading(path)
      #expect(undamaged.reader.damage.isEmpty)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
      let reading = try Reading(path)
      #expect((10..<140).contains(reading.frames.count))
      #expect(reading.reader.damage.readError != nil)
    }
  }

  @Test("An undamaged file has no damage")
  func noDamage() throws {
    let damage = try Reading(Media.path("av.mp4")).reader.damage
    #expect(damage.isEmpty)
    #expect(damage.rate == 0)
    #expect(damage.framesDecoded == 150)
  }

  @Test("Changes in mid-stream are counted, and the first size stays")
  func changes() throws {
    let sizes = try Reading(Media.path("sizes.ts"))
    #expect(sizes.reader.damage.sizeChanges == 1)
    #expect(sizes.frames.last?.size == ImageSize(width: 320, height: 180))
    let formats = try Reading(Media.path("formats.h264"))
    #expect(formats.frames.count == 50)
    #expect(formats.reader.damage.sizeChanges == 1)
    #expect(formats.reader.damage.formatChanges == 1)
    #expect(formats.frames.last?.size == ImageSize(width: 320, height: 180))
  }

  @Test("The size of the frames is known before they are read, and none is lost for it")
  func frameSize() throws {
    let reader = try VideoReader(Media.path("av.mp4"))
    #expect(try reader.frameSize() == ImageSize(width: 320, height: 180))
    var count = 0
    while let item = try reader.next() { if case .frame = item { count += 1 } }
    #expect(count == 150)
    #expect(try reader.frameSize() == ImageSize(width: 320, height: 180))
  }

  @Test("Where reading starts behind a change of size, the size is the one from there")
  func startBehindChange() throws {
    var options = ReaderOptions()
    options.start = 1.5
    let reader = try VideoReader(Media.path("sizes.ts"), options: options)
    #expect(try reader.frameSize() == ImageSize(width: 640, height: 360))
    guard case .frame(let frame)? = try reader.next() else { throw CancellationError() }
    #expect(frame.size == ImageSize(width: 640, height: 360))
  }

  @Test("A stream without the headers that tell its size is unusable input")
  func noParameterSets() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("cut.h264").path
      let bare = "h264_mp4toannexb,filter_units=remove_types=7|8"
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-an", "-c", "copy", "-bsf:v", bare, path])
      var options = ReaderOptions()
      options.format = "h264"
      let reader = try VideoReader(path, options: options)
      let error = try #require(throws: VideoError.self) { try reader.frameSize() }
      #expect(error.kind == .unusableInput)
    }
  }

  @Test("Recordings that were joined are one timeline, also for the audio")
  func joined() throws {
    try Media.withFolder { folder in
      let once = try Data(contentsOf: URL(fileURLWithPath: Media.path("offset.ts")))
      let path = folder.appendingPathComponent("twice.ts").path
      try (once + once).write(to: URL(fileURLWithPath: path))
      let single = try Reading(Media.path("offset.ts")).frames
      let frames = try Reading(path).frames
      #expect(frames.count == 2 * single.count)
      let shift = frames[single.count].pts - single[0].pts
      #expect(frames.suffix(single.count).map { $0.pts - shift } == single.map(\.pts))
      #expect(abs(Double(shift) / 90_000 - 6) < 0.1)
      let output = folder.appendingPathComponent("out.mp4").path
      _ = try Reading.transcode(path, to: output)
      let info = try VideoReader.probe(output)
      #expect(try abs(#require(info.streams[0].duration) - 12) < 0.1)
      #expect(try abs(#require(info.streams[1].duration) - 12) < 0.2)
    }
  }

  @Test("An attached picture is not chosen, but can be asked for")
  func attachedPicture() throws {
    let reader = try VideoReader(Media.path("covered.mp4"))
    let info = reader.info
    #expect(info.videoStream?.codec == "h264")
    let cover = try #require(info.streams.first { $0.isAttachedPicture })
    var options = ReaderOptions()
    options.videoStreamIndex = cover.index
    let frames = try Reading(Media.path("covered.mp4"), options: options).frames
    #expect(frames.map(\.size) == [ImageSize(width: 64, height: 64)])
  }

  @Test("A device format is read like a file")
  func device() throws {
    var options = ReaderOptions()
    options.format = "lavfi"
    let frames = try Reading("testsrc2=s=320x240:r=30:d=1", options: options).frames
    #expect(frames.count == 30)
    #expect(frames.first?.size == ImageSize(width: 320, height: 240))
  }

  @Test("An option that nothing understands is an error that names it")
  func unknownOption() throws {
    var options = ReaderOptions()
    options.libavOptions = ["no_such_option": "1"]
    let error = try #require(throws: VideoError.self) {
      _ = try VideoReader(Media.path("av.mp4"), options: options)
    }
    #expect(error.code == .optionNotFound)
    #expect(error.description.contains("no_such_option"))
  }

  @Test("Closing ends the frames, and may be repeated")
  func closing() throws {
    let reader = try VideoReader(Media.path("av.mp4"))
    _ = try reader.next()
    reader.close()
    reader.close()
    let after = try reader.next()
    #expect(after == nil)
  }
}

import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

struct FrameNormaliserTests {
  /// The first frame as ffmpeg decodes it, with `arguments` before the output.
  private func ffmpeg(_ path: String, _ arguments: [String]) throws -> [UInt8] {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("frame.raw")
      let result = Media.run(
        "ffmpeg",
        ["-v", "error", "-i", path, "-map", "0:v:0", "-frames:v", "1"] + arguments + ["-f", "rawvideo", output.path])
      #expect(result.status == 0, "\(result.errors)")
      return [UInt8](try Data(contentsOf: output))
    }
  }

  private func first(_ path: String, rotate: Int? = nil) throws -> VideoFrame {
    var options = ReaderOptions()
    options.rotate = rotate
    let reader = try VideoReader(path, options: options)
    guard case .frame(let frame)? = try reader.next() else { throw CancellationError() }
    return frame
  }

  @Test(
    "Pixels in 8-bit 4:2:0 are exactly what the decoder gave",
    arguments: ["av.mp4", "odd.webm", "interlaced.mp4", "mjpeg.avi", "bt709.mp4"])
  func untouched(name: String) throws {
    #expect(try first(Media.path(name)).pixels == ffmpeg(Media.path(name), []))
  }

  @Test("A rotated file is upright")
  func rotated() throws {
    let frame = try first(Media.path("rot90.mp4"))
    #expect(frame.size == ImageSize(width: 180, height: 320))
    #expect(try frame.pixels == ffmpeg(Media.path("rot90.mp4"), []))
    let info = try VideoReader.probe(Media.path("rot90.mp4"))
    #expect(info.videoStream?.video?.rotation == 270)
    #expect(info.videoStream?.video?.uprightSize == frame.size)
  }

  @Test(
    "A wanted rotation replaces the file's", arguments: [(0, "null"), (90, "transpose=clock"), (180, "hflip,vflip")])
  func override(degrees: Int, filter: String) throws {
    let frame = try first(Media.path("rot90.mp4"), rotate: degrees)
    #expect(try frame.pixels == ffmpeg(Media.path("av.mp4"), ["-vf", filter]))
  }

  @Test(
    "Every display matrix, mirrored ones too, gives the picture that it describes",
    arguments: [
      ([1, 0, 0, 1], "null"), ([-1, 0, 0, 1], "hflip"), ([1, 0, 0, -1], "vflip"), ([-1, 0, 0, -1], "hflip,vflip"),
      ([0, 1, -1, 0], "transpose=clock"), ([0, -1, 1, 0], "transpose=cclock"), ([0, 1, 1, 0], "transpose=cclock_flip"),
      ([0, -1, -1, 0], "transpose=clock_flip"),
    ])
  func mirrored(matrix: [Int32], filter: String) throws {
    try Media.withFolder { folder in
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Media.path("rot90.mp4"))))
      let old = Self.bytes([0, -1, 1, 0])
      let places = bytes.indices.dropLast(old.count).filter {
        bytes[$0] == old[0] && bytes[$0..<$0 + old.count] == old[...]
      }
      let place = try #require(places.first)
      bytes.replaceSubrange(place..<place + old.count, with: Self.bytes(matrix))
      let path = folder.appendingPathComponent("matrix.mp4").path
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try first(path).pixels == ffmpeg(Media.path("av.mp4"), ["-vf", filter]))
    }
  }

  /// The first two rows of a QuickTime matrix: 16.16 and 2.30 numbers, big-endian.
  private static func bytes(_ m: [Int32]) -> [UInt8] {
    [m[0] << 16, m[1] << 16, 0, m[2] << 16, m[3] << 16].flatMap { value in
      withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) }
    }
  }

  @Test("A photograph that the camera says it turned is upright")
  func turnedPhotograph() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("photo.jpg").path
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-frames:v", "1", path])
      let lying = try first(path)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      // An EXIF segment behind the start of the image, with a single entry: orientation 6, a quarter turn clockwise.
      let entry: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
      let tiff = Array("II*\0".utf8) + [8, 0, 0, 0, 1, 0] + entry + [0, 0, 0, 0]
      bytes.insert(contentsOf: [0xff, 0xe1, 0, UInt8(8 + tiff.count)] + Array("Exif\0\0".utf8) + tiff, at: 2)
      try bytes.write(to: URL(fileURLWithPath: path))
      let upright = try VideoReader(path)
      #expect(try upright.frameSize() == ImageSize(width: 180, height: 320))
      let rows = try first(path).pixels.prefix(180)
      #expect((0..<180).allSatisfy { rows[$0] == lying.pixels[(179 - $0) * 320] })
    }
  }

  @Test("Rows that lie upside down in memory are put right")
  func upsideDown() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("plain.avi").path
      Media.run(
        "ffmpeg",
        ["-v", "error", "-i", Media.path("av.mp4"), "-an", "-frames:v", "1", "-c:v", "rawvideo", path])
      let expected = try first(path).pixels
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      // The stream's format grows by the 9 bytes with which some programs say so, and the file by another to be even.
      let format = try #require(bytes.range(of: Data("strf".utf8)))
      let size = bytes[format.upperBound]
      bytes[format.upperBound] = size + 9
      bytes[format.upperBound + 4] = size + 9
      bytes.insert(contentsOf: Array("BottomUp\0\0".utf8), at: format.upperBound + 4 + Int(size))
      for list in ["hdrl", "strl"] {
        let place = try #require(bytes.range(of: Data(list.utf8))).lowerBound - 4
        let length = UInt32(bytes[place]) + UInt32(bytes[place + 1]) << 8 + 10
        bytes[place] = UInt8(length & 255)
        bytes[place + 1] = UInt8(length >> 8)
      }
      try bytes.write(to: URL(fileURLWithPath: path))
      let frame = try first(path)
      let rows = stride(from: 179, through: 0, by: -1).map { Array(expected[$0 * 320..<($0 + 1) * 320]) }
      let isTurned = Array(frame.pixels.prefix(320 * 180)) == Array(rows.joined())
      #expect(isTurned)
    }
  }

  @Test("Full-range 4:2:2 keeps range and luma")
  func fullRange() throws {
    let frame = try first(Media.path("full422.mkv"))
    #expect(frame.isFullRange)
    let raw = try ffmpeg(Media.path("full422.mkv"), [])
    #expect(Array(frame.pixels.prefix(320 * 180)) == Array(raw.prefix(320 * 180)))
  }

  @Test("Ten bits become eight by rounding", arguments: ["hevc10.mp4"])
  func tenBits(name: String) throws {
    let frame = try first(Media.path(name))
    let raw = try ffmpeg(Media.path(name), [])
    let pixels = frame.pixels
    var worst = 0.0
    for i in 0..<320 * 180 {
      let tenBits = Int(raw[2 * i]) | Int(raw[2 * i + 1]) << 8
      worst = max(worst, abs(Double(pixels[i]) - Double(tenBits) / 4))
    }
    #expect(worst <= 1)
  }

  @Test("Grey keeps its values as full-range luma")
  func grey() throws {
    let frame = try first(Media.path("gray8.mkv"))
    #expect(frame.isFullRange)
    #expect(try Array(frame.pixels.prefix(320 * 180)) == ffmpeg(Media.path("gray8.mkv"), []))
    #expect(frame.pixels.suffix(160 * 90 * 2).allSatisfy { $0 == 128 })
  }

  @Test("Sixteen-bit depth has one scaling for the whole clip: its highest bit becomes the highest of eight")
  func depth() throws {
    let frames = try Reading(Media.path("depth.mkv")).frames
    #expect(frames.count == 25)
    for frame in frames {
      let row = Array(frame.pixels.prefix(320))
      let expected = (0..<320).map { x in UInt8(min(255, (x * 12 + frame.index) / 16)) }
      #expect(row == expected)
    }
  }

  @Test("RGB becomes TV-range YUV of a named matrix", arguments: ["rgb.mkv", "paletted.mkv", "image.png"])
  func rgb(name: String) throws {
    let frame = try first(Media.path(name))
    #expect(!frame.isFullRange)
    #expect(frame.colourMatrix == .bt601)
    let raw = try ffmpeg(Media.path(name), ["-pix_fmt", "rgb24"])
    let expected = frame.yuv(red: raw[0], green: raw[1], blue: raw[2])
    #expect(abs(Int(frame.pixels[0]) - Int(expected.y)) <= 2)
  }
}

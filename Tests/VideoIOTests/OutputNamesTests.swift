import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

/// Under which names outputs are written: pictures, playlists, links, long names.
struct OutputNamesTests {
  private let template = OutputTemplate(timeBase: Rational(1, 25), frameRate: Rational(25, 1))

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Writes blank frames.
  private func write(_ path: String, frames: Int64 = 5) throws {
    let writer = try VideoWriter(path, template: template)
    for number in 0..<frames {
      try writer.write(VideoFrame.blank(size: ImageSize(width: 64, height: 48), pts: number))
    }
    try writer.finish()
  }

  // MARK: - Pictures

  @Test(
    "A picture is of the kind that its name says",
    arguments: [
      ("out.png", [0x89, 0x50, 0x4e, 0x47]), ("out.jpg", [0xff, 0xd8, 0xff]), ("out.bmp", [0x42, 0x4d]),
      ("out.webp", [0x52, 0x49, 0x46, 0x46]), ("100% a:b.png", [0x89, 0x50, 0x4e, 0x47]),
    ] as [(String, [UInt8])])
  func picture(name: String, start: [UInt8]) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent(name)
      let writer = try Reading.transcode(Media.path("image.jpg"), to: output.path)
      #expect(writer.warnings.isEmpty)
      #expect(try Data(contentsOf: output).starts(with: start))
      #expect(try names(folder) == [name])
    }
  }

  @Test("A PNG has the picture's colours")
  func colours() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.png").path
      _ = try Reading.transcode(Media.path("image.png"), to: output)
      let source = try #require(try Reading(Media.path("image.png")).frames.first).pixels
      let copy = try #require(try Reading(output).frames.first).pixels
      #expect(copy.count == source.count)
      let difference = zip(copy, source).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(difference / source.count < 2)
    }
  }

  @Test("Every frame gets a picture of its own under a name with a number")
  func pictures() throws {
    try Media.withFolder { folder in
      try write(folder.appendingPathComponent("f:%02d.png").path)
      #expect(try names(folder) == (1...5).map { "f:0\($0).png" })
      let bytes = try Data(contentsOf: folder.appendingPathComponent("f:05.png"))
      #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]))
    }
  }

  @Test("More than one frame in one picture is an error that says what to do, and leaves nothing behind")
  func tooMany() throws {
    try Media.withFolder { folder in
      let error = try #require(throws: VideoError.self) { try write(folder.appendingPathComponent("out.png").path) }
      #expect(error.kind == .outputFailed)
      #expect(error.description.contains("%03d"))
      #expect(try names(folder) == [])
    }
  }

  @Test("A playlist names all of its parts, which lie beside it under its name")
  func playlist() throws {
    try Media.withFolder { folder in
      try write(folder.appendingPathComponent("out.m3u8").path, frames: 1600)
      let lines = try String(contentsOf: folder.appendingPathComponent("out.m3u8"), encoding: .utf8)
        .split(separator: "\n").map(String.init)
      let parts = lines.filter { !$0.hasPrefix("#") }
      #expect(parts.count > 5)
      #expect(parts == parts.indices.map { "out\($0).ts" })
      #expect(Set(try names(folder)) == Set(parts + ["out.m3u8"]))
    }
  }

  // MARK: - Links and long names

  @Test(
    "What a symbolic link leads to is written as a whole, and the link stays",
    arguments: ["file.mp4", "sub/file.mp4", "sub/missing.mp4", "/file.mp4"])
  func link(target: String) throws {
    try Media.withFolder { folder in
      let manager = FileManager.default
      try manager.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: false)
      for name in ["file.mp4", "sub/file.mp4"] { try Data("old".utf8).write(to: folder.appendingPathComponent(name)) }
      let isAbsolute = target.hasPrefix("/")
      let file = folder.appendingPathComponent(isAbsolute ? String(target.dropFirst()) : target)
      let link = folder.appendingPathComponent("link.mp4").path
      try manager.createSymbolicLink(atPath: link, withDestinationPath: isAbsolute ? file.path : target)
      let before = try? Data(contentsOf: file)

      let writer = try VideoWriter(link, template: template)
      try writer.write(VideoFrame.blank(size: ImageSize(width: 64, height: 48), pts: 0))
      #expect((try? Data(contentsOf: file)) == before)
      writer.abandon()
      #expect((try? Data(contentsOf: file)) == before)

      try write(link)
      #expect(try Reading(file.path).frames.count == 5)
      #expect((try? manager.destinationOfSymbolicLink(atPath: link)) != nil)
      #expect(manager.subpaths(atPath: folder.path)?.contains { $0.contains("partial") } == false)
    }
  }

  @Test("A link to a device is written through")
  func device() throws {
    try Media.withFolder { folder in
      let link = folder.appendingPathComponent("null.mkv").path
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
      try write(link)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
    }
  }

  @Test(
    "A name may be as long as the file system allows, in any script",
    arguments: [String(repeating: "映", count: 80), String(repeating: "x", count: 251)])
  func longName(stem: String) throws {
    try Media.withFolder { folder in
      try write(folder.appendingPathComponent("\(stem).mp4").path)
      #expect(try names(folder) == ["\(stem).mp4"])
    }
  }
}

import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

/// Under which names outputs are written: links, long names.
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

import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

struct VideoWriterFailureTests {
  private let template = OutputTemplate(timeBase: Rational(1, 25), frameRate: Rational(25, 1))

  private func frame(_ number: Int64) throws -> VideoFrame {
    try VideoFrame.blank(size: ImageSize(width: 64, height: 48), pts: number)
  }

  @Test("A folder that does not exist is an output failure that names the path")
  func missingFolder() throws {
    let path = "/no/such/folder/out.mp4"
    let error = try #require(throws: VideoError.self) { _ = try VideoWriter(path, template: template) }
    #expect(error.kind == .outputFailed)
    #expect(error.description == "cannot write \(path): No such file or directory")
  }

  @Test("A folder in place of the file is an output failure")
  func folderAsFile() throws {
    try Media.withFolder { folder in
      let error = try #require(throws: VideoError.self) { _ = try VideoWriter(folder.path, template: template) }
      #expect(error.code == AVErrorCode(errno: EISDIR))
    }
  }

  @Test(
    "What cannot be written is refused before the first frame",
    arguments: [
      ("out.xyz", nil, "no container"), ("out.webm", "libx264", "cannot hold h264"), ("out.mp4", "nope", "'nope'"),
      ("out.mp4", "aac", "'aac'"), ("out.ogv", "libx264", "cannot hold h264"),
    ] as [(String, String?, String)])
  func refused(name: String, codec: String?, text: String) throws {
    try Media.withFolder { folder in
      var options = WriterOptions()
      options.codec = codec
      let path = folder.appendingPathComponent(name).path
      let error = try #require(throws: VideoError.self) {
        _ = try VideoWriter(path, options: options, template: template)
      }
      #expect(error.kind == .outputFailed)
      #expect(error.description.contains(text))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test("An unknown option of the encoder is an error that names it, and leaves no file")
  func unknownOption() throws {
    try Media.withFolder { folder in
      var options = WriterOptions()
      options.libavOptions = ["no_such_option": "1"]
      let writer = try VideoWriter(
        folder.appendingPathComponent("out.mp4").path, options: options, template: template)
      let error = try #require(throws: VideoError.self) { try writer.write(frame(0)) }
      #expect(error.description.contains("no_such_option"))
      #expect(throws: error) { try writer.finish() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test("A full disk is an output failure")
  func fullDisk() throws {
    var options = WriterOptions()
    options.format = "matroska"
    let error = try #require(throws: VideoError.self) {
      let writer = try VideoWriter("/dev/full", options: options, template: template)
      for number in 0..<10 { try writer.write(frame(Int64(number))) }
      try writer.finish()
    }
    #expect(error.code == AVErrorCode(errno: ENOSPC))
    #expect(error.kind == .outputFailed)
    #expect(error.input == "/dev/full")
  }

  @Test("Until it is finished the output has a hidden name; abandoned, it is gone and the old file is untouched")
  func abandoned() throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4")
      try Data("old".utf8).write(to: output)
      let writer = try VideoWriter(output.path, template: template)
      try writer.write(frame(0))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names.count == 2)
      #expect(names[0].hasPrefix(".out.mp4.partial-"))
      writer.abandon()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
      #expect(try Data(contentsOf: output) == Data("old".utf8))
    }
  }

  @Test("An output that is let go unfinished leaves nothing behind")
  func released() throws {
    try Media.withFolder { folder in
      _ = try VideoWriter(folder.appendingPathComponent("out.mp4").path, template: template)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test("Finishing without a frame is an error and leaves nothing behind")
  func noFrame() throws {
    try Media.withFolder { folder in
      let writer = try VideoWriter(folder.appendingPathComponent("out.mp4").path, template: template)
      let error = try #require(throws: VideoError.self) { try writer.finish() }
      #expect(error.description.contains("no frame was written"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }

  @Test("Finishing twice does nothing more, writing after it is an error")
  func finishedTwice() throws {
    try Media.withFolder { folder in
      let writer = try VideoWriter(folder.appendingPathComponent("out.mp4").path, template: template)
      try writer.write(frame(0))
      try writer.finish()
      try writer.finish()
      #expect(throws: VideoError.self) { try writer.write(frame(1)) }
      writer.abandon()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
    }
  }

  @Test("A frame of another size is an error")
  func otherSize() throws {
    try Media.withFolder { folder in
      let writer = try VideoWriter(folder.appendingPathComponent("out.mp4").path, template: template)
      try writer.write(frame(0))
      #expect(throws: VideoError.self) {
        try writer.write(VideoFrame.blank(size: ImageSize(width: 32, height: 32), pts: 1))
      }
    }
  }

  @Test("A named pipe is written to directly")
  func pipe() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("pipe").path
      let copy = folder.appendingPathComponent("copy.mkv").path
      #expect(mkfifo(path, 0o600) == 0)
      let reader = Process()
      reader.executableURL = URL(fileURLWithPath: "/bin/sh")
      reader.arguments = ["-c", "cat '\(path)' > '\(copy)'"]
      try reader.run()
      var options = WriterOptions()
      options.format = "matroska"
      let writer = try VideoWriter(path, options: options, template: template)
      for number in 0..<25 { try writer.write(frame(Int64(number))) }
      try writer.finish()
      reader.waitUntilExit()
      #expect(try Reading(copy).frames.count == 25)
    }
  }
}

import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

/// Frames, packets, coders and containers of libav's are freed whichever way reading and writing end. Each test is a
/// process of its own, in which nothing else owns any.
struct OwnedTests {
  private static let template = OutputTemplate(timeBase: Rational(1, 25), frameRate: Rational(25, 1))

  private static func frame(_ number: Int64, width: Int = 64) throws -> VideoFrame {
    try VideoFrame.blank(size: ImageSize(width: width, height: 49), pts: number)
  }

  @Test("A reader that is let go in the middle takes its frames and packets along, but not those that others hold")
  func reader() async {
    await #expect(processExitsWith: .success) {
      var options = ReaderOptions()
      options.passthrough = true
      var held: [ReaderItem] = []
      do {
        let reader = try VideoReader(Media.path("av.mp4"), options: options)
        while held.count < 20, let item = try reader.next() { held.append(item) }
        #expect(OwnedObjects.count > 20)
      }
      #expect(OwnedObjects.count == 20)
      held = []
      #expect(OwnedObjects.count == 0)
    }
  }

  @Test("Frames that are turned and scaled on their way leave nothing behind")
  func normalised() async {
    await #expect(processExitsWith: .success) {
      var options = ReaderOptions()
      options.rotate = 90
      let count = try Reading(Media.path("av.mp4"), options: options).frames.count
      #expect(count == 150)
      #expect(OwnedObjects.count == 0)
    }
  }

  @Test("An input that cannot be used is closed")
  func unusableInput() async {
    await #expect(processExitsWith: .success) {
      try Media.withFolder { folder in
        let text = folder.appendingPathComponent("text.mp4")
        try Data("no video".utf8).write(to: text)
        #expect(throws: VideoError.self) { _ = try VideoReader(text.path) }
        // Opened, and without anything to decode.
        let sound = folder.appendingPathComponent("sound.wav").path
        #expect(Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-vn", sound]).status == 0)
        #expect(throws: VideoError.self) { _ = try VideoReader(sound) }
        var options = ReaderOptions()
        options.libavOptions = ["no_such_option": "1"]
        #expect(throws: VideoError.self) { _ = try VideoReader(Media.path("av.mp4"), options: options) }
      }
      #expect(OwnedObjects.count == 0)
    }
  }

  @Test("A frame that an encoder refuses frees the output with all that it kept")
  func refusedFrame() async {
    await #expect(processExitsWith: .success) {
      try Media.withFolder { folder in
        for name in ["out.mp4", "out.gif", "out.avi"] {
          let writer = try VideoWriter(folder.appendingPathComponent(name).path, template: Self.template)
          for number in 0..<5 { try writer.write(Self.frame(Int64(number))) }
          #expect(OwnedObjects.count > 0)
          #expect(throws: VideoError.self) { try writer.write(Self.frame(5, width: 32)) }
        }
      }
      #expect(OwnedObjects.count == 0)
    }
  }

  @Test("A full disk, an unknown option and a server that is not there leave nothing behind")
  func failedOutput() async {
    await #expect(processExitsWith: .success) {
      try Media.withFolder { folder in
        var options = WriterOptions()
        options.format = "matroska"
        let input = Media.damagedAudio(in: folder)
        #expect(throws: VideoError.self) { _ = try Reading.transcode(input, to: "/dev/full", writing: options) }
        #expect(OwnedObjects.count == 0)

        options.libavOptions = ["no_such_option": "1"]
        let output = folder.appendingPathComponent("out.mkv").path
        #expect(throws: VideoError.self) { _ = try Reading.transcode(input, to: output, writing: options) }
        #expect(OwnedObjects.count == 0)

        options.libavOptions = [:]
        #expect(throws: VideoError.self) {
          _ = try VideoWriter("tcp://127.0.0.1:1", options: options, template: Self.template)
        }
        #expect(OwnedObjects.count == 0)
      }
    }
  }

  @Test("A JPEG encoder keeps nothing of the frames that it was given")
  func stills() async {
    await #expect(processExitsWith: .success) {
      do {
        let encoder = JPEGEncoder(maximumWidth: 40)
        let files = try [64, 30, 64].map { try encoder.encode(Self.frame(0, width: $0)) }
        #expect(files.allSatisfy { !$0.isEmpty })
        #expect(OwnedObjects.count > 0)
      }
      #expect(OwnedObjects.count == 0)
    }
  }
}

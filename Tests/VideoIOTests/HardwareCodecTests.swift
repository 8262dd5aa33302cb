import Foundation
import Support
import TestSupport
import Testing
import VideoIO

@Suite("Decoding and encoding on devices", .serialized)
struct HardwareCodecTests {
  @Test(
    "frames are those of the processor, and where it had to decode, one line says so",
    arguments: HardwareDecoding.allCases.filter { $0 != .none })
  func sameFrames(kind: HardwareDecoding) throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "clip.mp4").path
      try FileManager.default.copyItem(atPath: Media.path("av.mp4"), toPath: path)
      let notices = Locked<[String]>([])
      Notice.handler.withLock { $0 = { text in notices.withLock { $0.append(text) } } }
      defer { Notice.handler.withLock { $0 = nil } }
      var options = ReaderOptions()
      options.hardware = kind
      // Twice, as a stream that is connected again.
      _ = try Reading(path, options: options)
      let found = try Reading(path, options: options)
      let expected = try Reading(path)
      #expect(found.frames.count == expected.frames.count)
      #expect(found.frames.map(\.checksum) == expected.frames.map(\.checksum))
      #expect(found.frames.map(\.pts) == expected.frames.map(\.pts))
      #expect(found.reader.damage == expected.reader.damage)
      let own = notices.value.filter { $0.hasPrefix(path) }
      if kind != .auto, kind.problem != nil {
        #expect(own.count == 1)
        #expect(own.first?.contains("decoding on the processor: \(kind.rawValue) cannot be used (") == true)
      }
      #expect(own.count <= 1)
    }
  }

  @Test("a codec that no device decodes is decoded by the processor")
  func otherCodec() throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "clip.mkv").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:d=1", "-c:v", "ffv1", path])
      #expect(made.status == 0)
      var options = ReaderOptions()
      options.hardware = .auto
      let found = try Reading(path, options: options)
      #expect(found.frames.count == 25)
    }
  }

  @Test("an encoder of a device writes the video, or is refused in one line", arguments: MediaLibrary.hardwareEncoders)
  func encoders(name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mkv").path
      var options = WriterOptions()
      options.codec = name
      if MediaLibrary.problem(ofEncoder: name) == nil {
        let writer = try Reading.transcode(Media.path("av.mp4"), to: output, writing: options, limit: 20)
        #expect(writer.frameCount == 20)
        #expect(Media.probe(output, stream: "v:0", entries: "frame=pts").count == 20)
      } else {
        let error = #expect(throws: VideoError.self) {
          _ = try Reading.transcode(Media.path("av.mp4"), to: output, writing: options, limit: 20)
        }
        #expect(error?.kind == .outputFailed)
        #expect(error?.description.contains("\n") == false)
        #expect(!FileManager.default.fileExists(atPath: output))
      }
    }
  }
}

import Foundation
import Testing
import VideoIO

struct VideoWriterTests {
  @Test(
    "A copy has the frames, relative timestamps and duration of its source",
    arguments: [
      "av.mp4", "offset.ts", "vfr.mp4", "ntsc.mp4", "odd.webm", "interlaced.mp4", "raw.h264", "mjpeg.avi",
    ])
  func copies(name: String) throws {
    try Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      let source = try Reading(Media.path(name))
      let writer = try Reading.transcode(Media.path(name), to: output)
      #expect(writer.warnings.isEmpty)
      let copy = try Reading(output)
      #expect(copy.frames.count == source.frames.count)
      let first = try #require(source.frames.first)
      let base = try #require(copy.frames.first)
      let ticks = { (frames: [VideoFrame], other: VideoFrame) in
        frames.map {
          ($0.pts - frames[0].pts) * Int64($0.timeBase.numerator) * Int64(other.timeBase.denominator)
        }
      }
      #expect(ticks(copy.frames, first) == ticks(source.frames, base))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names == ["out.mp4"])
    }
  }
}

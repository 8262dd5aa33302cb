import Kapao
import Testing
import VideoIO

struct VideoReaderTests {
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
    let sizes = Set(reading.frames.map(\.size))
    #expect(sizes.count == 1)
  }
}

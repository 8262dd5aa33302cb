import Foundation
import Kapao
import TestSupport
import Testing
import VideoIO

/// High dynamic range and BT.2020 become BT.709.
struct WideColourTests {
  /// Patches of grey and one of a colour, in sRGB's 8 bits.
  private static let patches = ["0x404040", "0x808080", "0xC0C0C0", "0xA04020", "0x3060A0"]

  private func ffmpeg(_ arguments: [String]) throws {
    let result = Media.run("ffmpeg", ["-v", "error", "-nostdin", "-y"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
  }

  /// The patches, side by side, as they are and in another colour space.
  private func clips(_ folder: URL, space: String, size: String = "80x32", format: String = "yuv420p10le") throws
    -> (plain: String, wide: String)
  {
    let boxes = Self.patches.enumerated().map { "drawbox=x=\($0 * 16):y=0:w=16:h=64:t=fill:c=\($1)" }
    let picture = "color=c=black:s=\(size):r=5:d=1,format=rgb24," + boxes.joined(separator: ",")
    let plain = folder.appendingPathComponent("plain.mkv").path
    let wide = folder.appendingPathComponent("wide.mkv").path
    let yuv = "scale=out_color_matrix=bt709:out_range=tv,format=yuv444p"
    try ffmpeg(
      ["-f", "lavfi", "-i", picture, "-vf", yuv, "-colorspace", "bt709", "-color_range", "tv", "-c:v", "ffv1", plain])
    try ffmpeg(
      ["-f", "lavfi", "-i", picture, "-vf"]
        + [
          "\(yuv),zscale=tin=bt709:pin=bt709:min=bt709:rin=tv:p=2020:m=2020_ncl:r=tv:npl=203:\(space),format=yuv444p12le,format=\(format)"
        ]
        + ["-c:v", "ffv1", wide])
    return (plain, wide)
  }

  /// Luma and chroma in the middle of each patch.
  private func colours(_ frame: VideoFrame) -> [[Int]] {
    Self.patches.indices.map { patch in
      (0..<3).map { plane in
        frame.withPlane(plane) { pixels, stride, _, height in
          Int(pixels[height / 2 * stride + (plane == 0 ? patch * 16 + 8 : patch * 8 + 4)])
        }
      }
    }
  }

  @Test(
    "What is not brighter than paper looks as it does in standard range",
    arguments: ["t=smpte2084", "t=arib-std-b67", "t=bt709", "t=2020_10"], ["yuv420p10le", "yuv422p10le", "gbrp12le"])
  func tones(space: String, format: String) throws {
    try Media.withFolder { folder in
      let clips = try clips(folder, space: space, format: format)
      let frame = try #require(try Reading(clips.wide).frames.first)
      let plain = try #require(try Reading(clips.plain).frames.first)
      #expect(frame.colourMatrix == .bt709)
      #expect(!frame.isFullRange)
      for (mine, expected) in zip(colours(frame), colours(plain)) {
        #expect(zip(mine, expected).allSatisfy { abs($0 - $1) <= 4 }, "\(mine) for \(expected)")
      }
    }
  }

  /// One frame of a grey with these 10-bit luma values, from left to right.
  private func grey(_ values: [Int], transfer: String, _ folder: URL) throws -> [Int] {
    let path = folder.appendingPathComponent("grey.mkv").path
    let lum = values.enumerated().reduce("0") { "if(gte(X,\($1.offset * 16)),\($1.element),\($0))" }
    try ffmpeg(
      [
        "-f", "lavfi", "-i",
        "nullsrc=s=\(values.count * 16)x32:r=5:d=0.2,format=yuv420p10le,geq=lum='\(lum)':cb=512:cr=512,"
          + "setparams=color_trc=\(transfer):color_primaries=bt2020:colorspace=bt2020nc:range=tv",
      ]
        // FFmpeg 5 takes these from options, FFmpeg 7 from the frames.
        + ["-color_trc", transfer, "-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-color_range", "tv"]
        + ["-c:v", "ffv1", path])
    let frame = try #require(try Reading(path).frames.first)
    return frame.withPlane(0) { pixels, stride, _, _ in
      values.indices.map { Int(pixels[16 * stride + $0 * 16 + 8]) }
    }
  }

  @Test("Signals whose light is known become the tones that they are worth, and highlights keep their order")
  func light() throws {
    try Media.withFolder { folder in
      // PQ: 0, 10, 100, 203, 600 and 1000 cd/m² (SMPTE ST 2084).
      let pq = try grey([64, 328, 509, 573, 675, 723], transfer: "smpte2084", folder)
      // As BT.1886 shows them with white at 203 cd/m²: 16 + 219 (L / 203)^(1 / 2.4).
      for (value, expected) in zip(pq, [16, 78, 179]) { #expect(abs(value - expected) <= 3, "\(pq)") }
      #expect(pq[3] > 200 && pq[3] < pq[4] && pq[4] < pq[5] && pq[5] <= 235, "\(pq)")
      // HLG: black, and 75 % of the signal, which is white (ITU-R BT.2408).
      let hlg = try grey([64, 721, 940], transfer: "arib-std-b67", folder)
      #expect(hlg[0] == 16)
      #expect(abs(hlg[1] - pq[3]) <= 3, "\(hlg) \(pq)")
      #expect(abs(hlg[2] - pq[5]) <= 3, "\(hlg) \(pq)")
    }
  }

  @Test("The result says what it is, and pictures of odd size are converted too", arguments: ["80x32", "81x33"])
  func tags(size: String) throws {
    try Media.withFolder { folder in
      let clips = try clips(folder, space: "t=smpte2084", size: size)
      let output = folder.appendingPathComponent("out.mkv").path
      var options = WriterOptions()
      options.codec = "ffv1"
      _ = try Reading.transcode(clips.wide, to: output, writing: options)
      let entries = "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries"
      #expect(Media.probe(output, entries: entries) == ["yuv420p,tv,bt709,bt709,bt709"])
      let frame = try #require(try Reading(output).frames.first)
      #expect("\(frame.size)" == size.replacingOccurrences(of: "x", with: "×") || "\(frame.size)" == size)
    }
  }

  @Test("On request the numbers stay, and mean what they meant")
  func kept() throws {
    try Media.withFolder { folder in
      let clips = try clips(folder, space: "t=smpte2084")
      let output = folder.appendingPathComponent("out.mp4").path
      var reading = ReaderOptions()
      reading.hdr = .keep
      _ = try Reading.transcode(clips.wide, to: output, reading: reading)
      let entries = "stream=pix_fmt,color_space,color_transfer,color_primaries"
      #expect(Media.probe(output, entries: entries) == ["yuv420p,bt2020nc,smpte2084,bt2020"])
    }
  }
}

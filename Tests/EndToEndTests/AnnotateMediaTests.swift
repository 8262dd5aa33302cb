import Foundation
import TestSupport
import Testing

@Suite("Annotating each kind of file")
struct AnnotateMediaTests {
  @Test(
    "frames, their times and the duration are the input's",
    arguments: [
      "av.mp4", "vfr.mp4", "ntsc.mp4", "fast.mp4", "hevc10.mp4", "interlaced.mp4", "odd.webm", "odd.mp4", "odd_444.mp4",
      "sar.mp4", "mjpeg.avi", "full422.mkv", "gray8.mkv", "depth.mkv", "rgb.mkv", "offset.ts", "full.mkv",
      "covered.mp4",
      "sizes.ts", "formats.h264", "raw.h264",
    ])
  func timesKept(name: String) throws {
    let input = Media.path(name)
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mp4").path
      let outcome = Program.annotate(input, ["-o", output])
      #expect(outcome.status == 0, "\(outcome.errors)")

      let counts = [input, output].map { Media.probe($0, entries: "frame=media_type").count }
      #expect(counts[0] > 0 && counts[0] == counts[1])
      let (before, after) = (frameTimes(input), frameTimes(output))
      // Raw streams have no times of their own to compare with.
      if name.hasSuffix(".h264") { return }
      // The output begins at 0: all streams move by the time at which the earliest of them starts.
      let start = Media.probe(input, entries: "format=start_time").first.flatMap { Double($0) } ?? 0
      let shifts = zip(after, before).map { abs($0 - ($1 - start)) }
      #expect((shifts.max() ?? 0) < 0.0011)
      let first = before.first ?? 0
      let step = zip(before.dropFirst(), before).map { $0 - $1 }.max() ?? 0
      let length = Double(Media.probe(output, stream: "v:0", entries: "stream=duration").first ?? "") ?? 0
      #expect(abs(length - ((before.last ?? 0) - first + step)) <= step + 0.001)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left == ["out.mp4"])
    }
  }

  @Test("streams that cannot be taken along are named")
  func leftOut() throws {
    try Media.withFolder { folder in
      let data = folder.appending(path: "telemetry").path
      try Data((0..<3000).map { UInt8(truncatingIfNeeded: $0) }).write(to: URL(fileURLWithPath: data))
      let av = Media.path("av.mp4")
      for (name, options, note) in [
        ("a.ts", ["-f", "data", "-i", data, "-map", "0", "-map", "1:d"], "data stream 2 (bin_data) is left out"),
        ("b.mkv", ["-map", "0", "-map", "0:v"], "video stream 2 (h264) is left out"),
        ("c.mov", ["-map", "0", "-timecode", "01:00:00:00"], nil),
      ] as [(String, [String], String?)] {
        let input = folder.appending(path: name).path
        Media.run("ffmpeg", ["-v", "error", "-i", av] + options + ["-c", "copy", input])
        let output = folder.appending(path: "out.mp4").path
        let outcome = Program.run(["annotate", input, "-o", output, "--end", "0.5"] + Program.quickModel)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let notes = outcome.errors.split(separator: "\n").filter { $0.hasSuffix("is left out") }
        #expect(notes.map(String.init) == [note].compactMap { $0 }.map { "Note: \($0)" })
      }
    }
  }

  @Test("the CSV has the source's own times and one row for each frame with nobody")
  func csv() throws {
    try Media.withFolder { folder in
      let csv = folder.appending(path: "poses.csv").path
      let outcome = Program.annotate(Media.path("vfr.mp4"), ["--csv", csv])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(rows.map { Int64($0[2]) } == Media.timestamps(Media.path("vfr.mp4")))
      #expect(rows.map { Int($0[0]) } == Array(0..<rows.count))
      #expect(rows.allSatisfy { $0.dropFirst(3).allSatisfy(\.isEmpty) })
      let description = try JSONSerialization.jsonObject(
        with: Data(contentsOf: folder.appending(path: "poses.json")))
      let totals = (description as? [String: Any])?["totals"] as? [String: Any]
      #expect(totals?["frames"] as? Int == rows.count)
    }
  }

  @Test("audio and subtitles are copied unchanged", arguments: ["av.mp4", "full.mkv"])
  func otherStreams(name: String) throws {
    let input = Media.path(name)
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mkv").path
      let outcome = Program.annotate(input, ["-o", output])
      #expect(outcome.status == 0, "\(outcome.errors)")
      for stream in name == "av.mp4" ? ["a:0"] : ["a:0", "a:1", "s:0"] {
        let hashes = [input, output].map {
          Media.probe($0, stream: stream, entries: "packet=data_hash", arguments: ["-show_data_hash", "md5"])
        }
        #expect(!hashes[0].isEmpty)
        #expect(hashes[0] == hashes[1])
      }
    }
  }

  @Test("a file that is to be turned comes out upright")
  func upright() throws {
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mp4").path
      #expect(Program.annotate(Media.path("rot90.mp4"), ["-o", output]).status == 0)
      #expect(Media.probe(output, stream: "v:0", entries: "stream=width,height") == ["180,320"])
      #expect(!Media.run("ffprobe", ["-v", "quiet", "-show_streams", output]).output.contains("rotation"))
    }
  }

  @Test("trimming keeps picture and audio together")
  func trimmed() throws {
    try Media.withFolder { folder in
      let output = folder.appending(path: "out.mp4").path
      let outcome = Program.annotate(Media.path("av.mp4"), ["-o", output, "--start", "0:02", "--end", "4"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(frameTimes(output).count == 50)
      let audio = Media.probe(output, stream: "a:0", entries: "packet=pts_time").compactMap { Double($0) }
      #expect(abs((audio.first ?? 9)) < 0.05)
      #expect(abs((audio.last ?? 9) - 2) < 0.05)
    }
  }

  @Test("the time in the picture counts from the beginning of the input")
  func time() throws {
    try Media.withFolder { folder in
      let pictures = ["0", "3600"].map { offset in
        let (input, output) = (
          folder.appending(path: "\(offset).ts").path, folder.appending(path: "\(offset).mkv").path
        )
        Media.run(
          "ffmpeg",
          ["-v", "error", "-i", Media.path("av.mp4"), "-an", "-c", "copy", "-output_ts_offset", offset, input])
        let outcome = Program.annotate(input, ["-o", output, "--end", "0.2", "--time", "--codec", "ffv1"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return Media.run("ffmpeg", ["-v", "error", "-i", output, "-f", "md5", "-"]).output
      }
      #expect(pictures[0].hasPrefix("MD5=") && pictures[0] == pictures[1])
    }
  }

  @Test("a GIF and standard output are written too")
  func otherOutputs() throws {
    try Media.withFolder { folder in
      let gif = folder.appending(path: "out.gif").path
      let looks = ["--keypoint-boxes", "--keypoint-color", "0,255,255", "--keypoint-thickness", "2"]
      let outcome = Program.annotate(
        Media.path("av.mp4"), ["-o", gif, "--end", "1", "--output-size", "480x270"] + looks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(Media.probe(gif, stream: "v:0", entries: "stream=codec_name,width,height") == ["gif,480,270"])
      #expect(Program.annotate(Media.path("av.mp4"), ["-o", gif, "--output-size", "0"]).status == 2)
      let piped = folder.appending(path: "out.mkv").path
      let command = ([Program.path, "annotate", Media.path("av.mp4"), "--quiet", "-o", "-"] + Program.quickModel)
        .map { "'\($0)'" }.joined(separator: " ")
      #expect(Media.run("sh", ["-c", "\(command) > '\(piped)'"]).status == 0)
      #expect(frameTimes(piped).count == 150)
    }
  }

  @Test("a playlist that is named without a folder can be served: it names its parts by nothing but their names")
  func playlist() throws {
    try Media.withFolder { folder in
      let command = [Program.path, "annotate", Media.path("av.mp4"), "--quiet", "-o", "out.m3u8"] + Program.quickModel
      #expect(Media.run("env", ["-C", folder.path] + command).status == 0)
      let lines = try String(contentsOf: folder.appending(path: "out.m3u8"), encoding: .utf8).split(separator: "\n")
      #expect(lines.filter { !$0.hasPrefix("#") } == ["out0.ts"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["out.m3u8", "out0.ts"])
    }
  }

  private func frameTimes(_ path: String) -> [Double] {
    Media.probe(path, stream: "v:0", entries: "frame=best_effort_timestamp_time").compactMap { Double($0) }
  }
}

import Foundation
import Kapao
import TestSupport
import Testing

/// `kapao-video annotate --poses`: stored poses drawn again.
struct StoredDrawingTests {
  /// Ten frames of grey with a person who stands at x = 100 + 10 · frame, but in frame 5.
  private static func inFolder(_ body: (URL) throws -> Void) throws {
    try Media.withFolder { folder in
      let names = Skeleton.coco17.keypointNames
      var text = "frame,time_s,pts,track_id,person_score,bbox_x1,bbox_y1,bbox_x2,bbox_y2,"
      text += names.map { "\($0)_x,\($0)_y,\($0)_conf,\($0)_src" }.joined(separator: ",") + "\n"
      for frame in 0..<10 where frame != 5 {
        let x = 100 + 10 * frame
        let points = names.indices.map { "\(x + $0 % 2 * 8),\(60 + 10 * $0),0.9,kp" }.joined(separator: ",")
        text += String(format: "%d,%.6f,%d,1,0.9,", frame, Double(frame) / 10, frame * 1024)
        text += "\(x - 20),50,\(x + 30),230,\(points)\n"
      }
      try text.write(to: folder.appending(path: "poses.csv"), atomically: true, encoding: .utf8)
      let grey = ["-f", "lavfi", "-i", "color=gray:s=320x240:r=10:d=1", "-f", "lavfi", "-i", "sine=d=1"]
      Media.run(
        "ffmpeg", ["-v", "error"] + grey + ["-pix_fmt", "yuv420p", "-qp", "0", folder.appending(path: "in.mp4").path])
      try body(folder)
    }
  }

  /// Luma of a part of each frame.
  private static func luma(_ video: URL, x: Int, width: Int = 40, y: Int = 40, height: Int = 190) -> [[UInt8]] {
    let raw = video.appendingPathExtension("gray")
    let filter = "crop=\(width):\(height):\(x):\(y),format=gray"
    Media.run("ffmpeg", ["-v", "error", "-y", "-i", video.path, "-vf", filter, "-f", "rawvideo", raw.path])
    let bytes = [UInt8]((try? Data(contentsOf: raw)) ?? Data())
    return stride(from: 0, to: bytes.count, by: width * height).map { Array(bytes[$0..<$0 + width * height]) }
  }

  /// Whether something is drawn there: grey and black are even.
  private static func isDrawn(_ pixels: [UInt8]) -> Bool { Int(pixels.max() ?? 0) - Int(pixels.min() ?? 0) > 60 }

  @Test("poses are drawn into the frames of their time, and audio is kept")
  func drawn() throws {
    try Self.inFolder { folder in
      let outcome = Program.run(
        ["annotate", "in.mp4", "-o", "out.mp4", "--poses", "poses.csv", "--crf", "4"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("Drew the poses of 9 frames into 10 frames"))
      let output = folder.appending(path: "out.mp4")
      #expect(Media.probe(output.path, stream: "a:0", entries: "stream=codec_type") == ["audio"])
      let first = Self.luma(output, x: 90)
      #expect(first.count == 10 && Self.isDrawn(first[0]))
      #expect(!Self.isDrawn(first[5]) && !Self.isDrawn(first[9]))
      #expect(Self.isDrawn(Self.luma(output, x: 180)[9]))
    }
  }

  @Test("only what is drawn is left on black, and a start is that of the video")
  func black() throws {
    try Self.inFolder { folder in
      let outcome = Program.run(
        ["annotate", "in.mp4", "-o", "out.mp4", "--poses", "poses.csv", "--background", "black", "--start", "0.8"],
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let output = folder.appending(path: "out.mp4")
      let (person, rest) = (Self.luma(output, x: 180), Self.luma(output, x: 20))
      #expect(rest.count == 2 && rest.allSatisfy { $0.allSatisfy { $0 < 20 } })
      #expect(person.allSatisfy(Self.isDrawn))
    }
  }

  @Test("a court's small plan is in its corner, angles are at joints, and faces are blurred")
  func analysis() throws {
    try Self.inFolder { folder in
      try "name,x,y\nfront-left,40,40\nfront-right,280,40\nback-right,280,230\nback-left,40,230\n".write(
        to: folder.appending(path: "points.csv"), atomically: true, encoding: .utf8)
      _ = Program.run(
        ["court", "fit", "in.mp4", "--court", "squash", "--points", "points.csv", "-o", "court.json"], in: folder)
      let outcome = Program.run(
        ["annotate", "in.mp4", "-o", "out.mp4", "--poses", "poses.csv", "--court", "court.json", "--angle", "all"]
          + ["--blur", "faces"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let corners = Self.luma(folder.appending(path: "out.mp4"), x: 264, width: 48, y: 6, height: 70)
      #expect(corners.count == 10 && corners.allSatisfy(Self.isDrawn))
    }
  }

  @Test("while poses are found, the background can be black too, and a court of another size is refused")
  func found() throws {
    try Self.inFolder { folder in
      let black = Program.run(
        ["annotate", "in.mp4", "-o", "out.mp4", "--background", "black", "--quiet"] + Program.quickModel, in: folder)
      #expect(black.status == 0, "\(black.errors)")
      let frames = Self.luma(folder.appending(path: "out.mp4"), x: 0, width: 320, y: 0, height: 240)
      #expect(frames.count == 10 && frames.allSatisfy { $0.allSatisfy { $0 < 20 } })
      try "name,x,y\nfront-left,40,40\nfront-right,280,40\nback-right,280,230\nback-left,40,230\n".write(
        to: folder.appending(path: "points.csv"), atomically: true, encoding: .utf8)
      Media.run(
        "ffmpeg",
        ["-v", "error", "-f", "lavfi", "-i", "color=gray:s=640x480", "-frames:v", "1"]
          + [folder.appending(path: "large.png").path])
      _ = Program.run(
        ["court", "fit", "large.png", "--court", "squash", "--points", "points.csv", "-o", "court.json"], in: folder)
      let refused = Program.run(
        ["annotate", "in.mp4", "-o", "x.mp4", "--court", "court.json"] + Program.quickModel, in: folder)
      #expect(refused.status == 3 && refused.errors.contains("640 × 480, not 320 × 240"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x.mp4").path))
    }
  }

  @Test("what cannot be is refused in one line")
  func refused() throws {
    try Self.inFolder { folder in
      let video = folder.appending(path: "long.mp4").path
      Media.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=gray:s=64x64:r=7:d=1", video])
      let rows = try String(contentsOf: folder.appending(path: "poses.csv"), encoding: .utf8).split(separator: "\n")
      try (rows[0] + "\n" + rows[9].replacing(/^9,0.9/, with: "9,90.9") + "\n").write(
        to: folder.appending(path: "late.csv"), atomically: true, encoding: .utf8)
      for (arguments, status, words) in [
        (["annotate", "long.mp4", "-o", "x.mp4", "--poses", "late.csv"], 3, "no row has the time of a frame"),
        (["annotate", "in.mp4", "--poses", "poses.csv", "--csv", "x.csv"], 2, "convert"),
        (["annotate", "in.mp4", "-o", "poses.csv", "--poses", "poses.csv"], 2, "poses.csv"),
        (["annotate", "in.mp4", "-o", "x.mp4", "--poses", "none.csv"], 3, "none.csv"),
        (["annotate", "in.mp4", "-o", "x.mp4", "--poses", "poses.csv", "--angle", "tail"], 2, "right knee"),
      ] as [([String], Int32, String)] {
        let outcome = Program.run(arguments, in: folder)
        #expect(outcome.status == status && outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x.mp4").path))
      }
    }
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Videos in parts")
struct PartTests {
  /// Finds many people who are none, and weak ones.
  private static let network =
    ["--size", "192", "--pose-confidence", "0.005", "--weak-confidence", "0.002", "--refine", "off"]

  /// A clip whose frames refer to others across key frames.
  private func clip(_ kind: String, in folder: URL) throws -> String {
    let open = folder.appending(path: "open.mp4").path
    let sample = Fixtures.root.appending(path: "Samples/campus.mp4").path
    let x264 = [
      "-c:v", "libx264", "-preset", "ultrafast", "-bf", "3", "-x264-params", "open-gop=1:scenecut=0:bframes=3",
    ]
    func make(_ name: String, _ arguments: [String]) throws -> String {
      let path = folder.appending(path: name).path
      let outcome = Media.run("ffmpeg", ["-v", "error", "-y"] + arguments + [path])
      try #require(outcome.status == 0, "\(outcome.errors)")
      return path
    }
    _ = try make("open.mp4", ["-i", sample] + x264 + ["-g", "8"])
    switch kind {
    case "edit list": return try make("edit.mp4", ["-ss", "0.7", "-i", open, "-c", "copy"])
    case "transport stream": return try make("open.ts", ["-i", open, "-c", "copy"])
    case "MPEG-4": return try make("four.mp4", ["-i", sample, "-c:v", "mpeg4", "-bf", "2", "-g", "7"])
    case "varying rate":
      let filter = "select='not(eq(mod(n,5),3))',setpts='PTS+0.02*mod(N,3)/TB'"
      return try make("vfr.mp4", ["-i", sample, "-vf", filter, "-fps_mode", "vfr"] + x264 + ["-g", "6"])
    default: return open
    }
  }

  private func batch(_ arguments: [String]) -> Program.Outcome { Program.run(["batch"] + arguments + Self.network) }

  @Test(
    "one part or several: the same bytes as without parts",
    arguments: ["open GOP", "edit list", "transport stream", "MPEG-4", "varying rate"])
  func identical(kind: String) throws {
    try Media.withFolder { folder in
      let input = try clip(kind, in: folder)
      let name = URL(fileURLWithPath: input).deletingPathExtension().lastPathComponent
      let options = ["--detect-every", "3", "--smooth", "one-euro"]
      let plain = folder.appending(path: "plain").path
      let whole = Program.run(
        ["annotate", input, "--csv", plain + ".csv", "--export", "coco=\(plain).coco.json"] + Self.network + options)
      #expect(whole.status == 0, "\(whole.errors)")
      let text = try String(contentsOfFile: plain + ".csv", encoding: .utf8)
      #expect(text.split(separator: "\n").count > 150)
      for split in ["100s", "1.5s"] {
        let out = folder.appending(path: split)
        let outcome = batch(
          [input, "-o", out.path, "--export", "csv", "--export", "coco", "--split", split] + options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try String(contentsOf: out.appending(path: "\(name).csv"), encoding: .utf8) == text)
        #expect(
          FileManager.default.contentsEqual(atPath: plain + ".coco.json", andPath: out.path + "/\(name).coco.json"))
      }
    }
  }

  @Test("a video with what was found in parts has the input's frames and sound")
  func video() throws {
    try Media.withFolder { folder in
      let outs = ["1s", "100s"].map { folder.appending(path: $0).path }
      for (split, out) in zip(["1s", "100s"], outs) {
        let outcome = batch([Media.path("av.mp4"), "-o", out, "--video", "mp4", "--split", split])
        #expect(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(FileManager.default.contentsEqual(atPath: outs[0] + "/av.mp4", andPath: outs[1] + "/av.mp4"))
      let sound = [Media.path("av.mp4"), outs[0] + "/av.mp4"].map {
        Media.probe($0, stream: "a:0", entries: "packet=data_hash", arguments: ["-show_data_hash", "md5"])
      }
      #expect(!sound[0].isEmpty && sound[0] == sound[1])
      #expect(Media.timestamps(outs[0] + "/av.mp4").count == 150)
    }
  }

  @Test("parts that do not belong together end in one line")
  func wrong() throws {
    let cases: [(what: String, status: Int32, message: String)] = [
      ("missing", 4, "part 2 of 5 is missing; run the batch again"), ("twice", 3, "part 2 is there twice: "),
      ("cut off", 3, "part-2-of-5.detections: is cut off"), ("damaged", 3, "part-2-of-5.detections: is damaged"),
      ("version", 3, "was detected by another version of the program (9.9.9, not "),
      ("model", 3, "was detected with another model"), ("setting", 3, "was detected with another value of border than"),
      ("input", 3, "is of another input, or has another length"), ("no parts", 4, "there are no parts"),
      ("other options", 3, "its parts were detected with another value of fusion_distance"),
      ("all of another version", 3, "its parts were detected by another version of the program (9.9.9, not "),
      ("all of another model", 3, "its parts were detected with another model"),
      ("another input", 3, "its parts are of another input than"),
    ]
    try Media.withFolder { folder in
      let input = folder.appending(path: "in.mp4")
      let out = folder.appending(path: "out").path
      let (clip, whole) = (try clip("open GOP", in: folder), folder.appending(path: "whole").path)
      let arguments = [input.path, "-o", out, "--export", "csv"]
      try FileManager.default.copyItem(atPath: clip, toPath: input.path)
      #expect(batch(arguments + ["--split", "2s", "--shard", "1/1"]).status == 0)
      try FileManager.default.moveItem(atPath: out, toPath: whole)
      for (what, status, message) in cases {
        try FileManager.default.copyItem(atPath: whole, toPath: out)
        let parts = out + "/.kapao-batch/in/parts"
        try change(what, part: { "\(parts)/part-\($0)-of-5.detections" }, input: input)
        if what == "no parts" { try FileManager.default.removeItem(atPath: parts) }
        let outcome = batch(
          ["merge"] + arguments + (what == "other options" ? ["--fusion-distance", "33"] : []))
        #expect(outcome.status == status, "\(what)")
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(message), "\(what): \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: out + "/in.csv"))
        try FileManager.default.removeItem(atPath: out)
      }
    }
  }

  /// Changes what a run has left.
  private func change(_ what: String, part: (Int) -> String, input: URL) throws {
    func edit(_ path: String, _ old: String, _ new: String) throws {
      var data = try Data(contentsOf: URL(fileURLWithPath: path))
      let place = try #require(data.firstRange(of: Data(old.utf8)))
      data.replaceSubrange(place, with: Data(new.utf8))
      try data.write(to: URL(fileURLWithPath: path))
    }
    let digest = "\"sha256\":\"", version = "\"version\":\"0.1.0\""
    switch what {
    case "missing": try FileManager.default.removeItem(atPath: part(2))
    case "twice": try FileManager.default.copyItem(atPath: part(2), toPath: part(2) + ".copy.detections")
    case "cut off": truncate(part(2), 5000)
    case "damaged":
      var data = try Data(contentsOf: URL(fileURLWithPath: part(2)))
      data[data.count - 200] ^= 1
      try data.write(to: URL(fileURLWithPath: part(2)))
    case "version": try edit(part(2), version, "\"version\":\"9.9.9\"")
    case "model": try edit(part(2), digest, digest + "0")
    case "setting": try edit(part(2), "\"border\":\"natural\"", "\"border\":\"official\"")
    case "input": try edit(part(2), "\"plan\":\"", "\"plan\":\"0")
    case "all of another version": for number in 1...5 { try edit(part(number), version, "\"version\":\"9.9.9\"") }
    case "all of another model": for number in 1...5 { try edit(part(number), digest, digest + "0") }
    case "another input":
      try FileManager.default.removeItem(at: input)
      try FileManager.default.copyItem(atPath: Media.path("av.mp4"), toPath: input.path)
    default: break
    }
  }

  @Test("a part that is there is not detected again, and one of other settings is")
  func goesOn() throws {
    try Media.withFolder { folder in
      let input = try clip("open GOP", in: folder)
      let parts = folder.path
      func detect(_ arguments: [String]) -> String {
        Program.run(
          ["annotate", input, "--detections", parts, "--part", "2/5", "--part-length", "2s"] + Self.network + arguments
        ).errors
      }
      #expect(detect([]).contains("Part 2/5: "))
      #expect(detect([]) == "Part 2/5 is there already\n")
      #expect(detect(["--fusion-distance", "33"]).contains("Part 2/5: "))
    }
  }

  @Test("a video whose packets have no times cannot be split")
  func withoutTimes() throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "bare.h264").path
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-an", "-c", "copy", path])
      let outcome = batch([path, "-o", folder.path + "/out", "--export", "csv", "--split", "2s"])
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("its packets do not say when each frame is shown"), "\(outcome.errors)")
    }
  }
}

import Foundation
import TestSupport
import Testing

@Suite("Outputs that would destroy an input")
struct OutputCheckTests {
  private func copy(_ name: String, to folder: URL) throws {
    try FileManager.default.copyItem(
      at: Fixtures.root.appending(path: "Tests/ReadBack/walk.\(name)"), to: folder.appending(path: "walk.\(name)"))
  }

  @Test(
    "a conversion does not replace the description that it reads",
    arguments: [
      ["walk.csv", "--to", "coco", "-o", "walk.json"], ["walk.csv", "--export", "csv=walk.txt"],
      ["walk.csv", "--description", "other.json", "--export", "sleap=new.csv", "--export", "coco=./other.json"],
    ])
  func description(arguments: [String]) throws {
    try Media.withFolder { folder in
      try copy("csv", to: folder)
      try copy("json", to: folder)
      let json = try Data(contentsOf: folder.appending(path: "walk.json"))
      try json.write(to: folder.appending(path: "other.json"))
      let outcome = Program.run(["convert"] + arguments, in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("the description of the input"), "\(outcome.errors)")
      #expect(try Data(contentsOf: folder.appending(path: "walk.json")) == json)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }
  }

  @Test("a description replaces an earlier one, and no other file")
  func otherFile() throws {
    try Media.withFolder { folder in
      try copy("csv", to: folder)
      try copy("json", to: folder)
      try Data("{\"court\": 1}".utf8).write(to: folder.appending(path: "match.json"))
      let refused = Program.run(["convert", "walk.csv", "--to", "csv", "-o", "match.csv"], in: folder)
      #expect(refused.status == 2)
      #expect(refused.errors.contains("would replace match.json"), "\(refused.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "match.csv").path))
      for _ in 0..<2 {
        #expect(Program.run(["convert", "walk.csv", "--to", "csv", "-o", "other.csv"], in: folder).status == 0)
      }
    }
  }

  @Test("a CSV without a description may be converted to the name that one would have")
  func noDescription() throws {
    try Media.withFolder { folder in
      try copy("csv", to: folder)
      let outcome = Program.run(["convert", "walk.csv", "--to", "coco", "-o", "walk.json"], in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  @Test(
    "the input is known by every name that it has", arguments: ["in.mp4", "file:in.mp4", "file:./in.mp4", "link.mp4"])
  func input(name: String) throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "in.mp4")
      try FileManager.default.copyItem(at: URL(fileURLWithPath: Media.path("av.mp4")), to: input)
      try FileManager.default.createSymbolicLink(at: folder.appending(path: "link.mp4"), withDestinationURL: input)
      let before = try Data(contentsOf: input)
      let outcome = Program.run(["annotate", name, "-o", "in.mp4", "--quiet"] + Program.quickModel, in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("in.mp4 is the input; name another output"), "\(outcome.errors)")
      let address = Program.run(["annotate", name, "-o", "file://\(input.path)"] + Program.quickModel, in: folder)
      #expect(address.status == 2)
      #expect(try Data(contentsOf: input) == before)
    }
  }

  /// Runs a command in a folder with ten pictures, a video and a list of it, other names of these, and a model, none of
  /// which may change.
  private func refuses(_ arguments: [String]) throws {
    try Media.withFolder { folder in
      let manager = FileManager.default
      Media.run(
        "ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-frames:v", "10", "\(folder.path)/f_%04d.png"])
      try manager.copyItem(atPath: Media.path("offset.ts"), toPath: folder.path + "/in.ts")
      try manager.copyItem(atPath: Program.quickModel[1], toPath: folder.path + "/model.pt")
      try manager.linkItem(atPath: folder.path + "/in.ts", toPath: folder.path + "/hard.ts")
      try manager.createSymbolicLink(atPath: folder.path + "/other.png", withDestinationPath: "f_0003.png")
      try manager.createDirectory(atPath: folder.path + "/sub", withIntermediateDirectories: false)
      try manager.copyItem(atPath: folder.path + "/in.ts", toPath: folder.path + "/in_person07.trc")
      try manager.createSymbolicLink(atPath: folder.path + "/dangling.mp4", withDestinationPath: "nothing.mp4")
      let dash = ["-c", "copy", "-f", "dash", folder.path + "/sub/in.mpd"]
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4")] + dash)
      try Data("ffconcat version 1.0\nfile 'in.ts'\n".utf8).write(to: folder.appending(path: "list.ffconcat"))
      let names = try manager.contentsOfDirectory(atPath: folder.path).sorted()
      let content = names.map { manager.contents(atPath: folder.path + "/" + $0) }
      let outcome = Program.run(arguments, in: folder)
      #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
      #expect(outcome.errors.contains("name another output"), "\(outcome.errors)")
      #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == names)
      #expect(names.map { manager.contents(atPath: folder.path + "/" + $0) } == content)
    }
  }

  @Test(
    "pictures that are read are not replaced, however they are named",
    arguments: [
      ["f_%04d.png", "-o", "f_%04d.png"], ["f_%04d.png", "-o", "f_%4d.png"], ["f_%04d.png", "-o", "./f_%04d.png"],
      ["f_%04d.png", "-o", "sub/../f_%04d.png"], ["file:f_%04d.png", "-o", "f_%04d.png"],
      ["f_%04d.png", "-o", "f_0005.png"], ["f_%04d.png", "-o", "other.png"], ["f_0005.png", "-o", "f_%04d.png"],
      ["f_%*.png", "-o", "f_%04d.png"], ["f_%04d.png", "--csv", "f_0002.png"],
    ])
  func pictures(arguments: [String]) throws {
    try refuses(["annotate", "--quiet"] + Program.quickModel + arguments)
  }

  @Test(
    "what is read under another name, or because a list names it, is not replaced",
    arguments: [
      ["annotate", "in.ts", "-o", "hard.ts"], ["annotate", "hard.ts", "--csv", "in.ts"],
      ["annotate", "list.ffconcat", "-o", "in.ts"], ["annotate", "concat:in.ts|hard.ts", "-o", "in.ts"],
      ["annotate", "in.ts", "--csv", "poses.csv", "--export", "mot=hard.ts"],
      ["annotate", "in.ts", "--model", "model.pt", "--csv", "model.pt"], ["stream", "in.ts", "-o", "hard.ts"],
      ["export", "in.ts", "--format", "coco", "-o", "hard.ts"], ["model", "import", "model.pt", "-o", "model.pt"],
      ["model", "quantize", "model.pt", "--video", "in.ts", "-o", "in.ts"],
      ["model", "run", "model.pt", "f_0001.png", "-o", "f_0001.png"],
    ])
  func otherNames(arguments: [String]) throws {
    try refuses(arguments)
  }

  @Test(
    "a court, points, files of persons and what libav reads in a roundabout way are not replaced",
    arguments: [
      ["court", "fit", "in.ts", "--court", "squash", "--points", "list.ffconcat", "-o", "in.ts"],
      ["court", "fit", "in.ts", "--court", "squash", "--points", "list.ffconcat", "-o", "list.ffconcat"],
      ["annotate", "in.ts", "--court", "list.ffconcat", "--csv", "list.ffconcat"],
      ["stream", "in.ts", "--court", "list.ffconcat", "--ndjson", "list.ffconcat"],
      ["export", "in_person07.trc", "--export", "trc=in.trc"], ["export", "in_person07.trc", "--mot", "in.mot"],
      ["annotate", "cache:in.ts", "-o", "in.ts"],
      ["annotate", "movie=in.ts", "--input-format", "lavfi", "-o", "in.ts"],
      ["eval", "--annotations", "list.ffconcat", "--images", ".", "--results", "f_0001.png"],
      ["annotate", "sub/in.mpd", "-o", "sub/out.mpd"], ["annotate", "in.ts", "--csv", "a.csv", "--summary", "a.json"],
      ["annotate", "in.ts", "-o", "dangling.mp4", "--csv", "nothing.mp4"],
    ])
  func measuring(arguments: [String]) throws { try refuses(arguments) }

  @Test("the parts of a playlist do not replace a part that is read")
  func parts() throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "out0.ts")
      try FileManager.default.copyItem(atPath: Media.path("offset.ts"), toPath: input.path)
      let before = try Data(contentsOf: input)
      let outcome = Program.run(["annotate", "out0.ts", "-o", "out.m3u8"] + Program.quickModel, in: folder)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("would replace out0.ts, which is the input"), "\(outcome.errors)")
      #expect(try Data(contentsOf: input) == before)
    }
  }

  @Test("pictures beside those that are read may be written", arguments: ["g_%d.png", "f_%02d.png"])
  func otherPictures(output: String) throws {
    try Media.withFolder { folder in
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-frames:v", "3", "\(folder.path)/f_%d.png"])
      let outcome = Program.run(
        ["annotate", "f_%d.png", "-o", output, "--quiet"] + Program.quickModel, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.count == 6)
    }
  }
}

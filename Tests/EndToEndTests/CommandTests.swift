import Foundation
import Kapao
import TestSupport
import Testing

@Suite("The other commands")
struct CommandTests {
  @Test(
    "every command explains itself with an example",
    arguments: [
      ["annotate"], ["export"], ["convert"], ["analyse"], ["court", "fit"], ["stream"], ["serve"], ["probe"], ["eval"],
      ["compare"], ["sweep"], ["doctor"], ["model", "import"],
      ["model", "info"], ["model", "run"], ["model", "quantize"],
    ])
  func help(command: [String]) {
    let outcome = Program.run(command + ["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("EXAMPLES:"))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    let examples = lines.drop { $0 != "EXAMPLES:" }.dropFirst().prefix { !$0.isEmpty }
    // What is wider than a terminal goes on at the left.
    #expect(examples.allSatisfy { $0.hasPrefix("  kapao-video \(command.joined(separator: " "))") }, "\(examples)")
  }

  @Test("the version names the libraries that are loaded and the processor")
  func version() {
    let outcome = Program.run("--version")
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.map { $0.prefix { $0 != " " } } == ["kapao-video", "FFmpeg", "oneDNN", "processor:"], "\(lines)")
    #expect(lines.count > 1 && lines[1].contains { $0.isNumber })
  }

  @Test("doctor finds everything here, and says what is missing")
  func doctor() throws {
    try Media.withFolder { folder in
      let sound = Program.run("doctor", "--folder", folder.path)
      #expect(sound.status == 0)
      #expect(sound.output.contains("ok       model: "))
      #expect(sound.output.contains("ok       encoder libx264"))
      #expect(!sound.output.contains("missing"), "\(sound.output)")
      let absent = Program.run("doctor", "--folder", "\(folder.path)/none")
      #expect(absent.status == 3)
      #expect(absent.output.contains("missing  folder \(folder.path)/none: there is none"))
      let outcome = Media.run("env", ["KAPAO_MODEL=\(folder.path)/none", Program.path, "doctor"])
      #expect(outcome.status == 3)
      #expect(outcome.output.contains("missing  model: "), "\(outcome.output)")
    }
  }

  @Test("no command has two options of one name")
  func optionNames() throws {
    struct Description: Decodable { let command: Command }
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    struct Argument: Decodable { let names: [Name]? }
    struct Name: Decodable, Hashable { let kind, name: String }

    func check(_ command: Command) {
      let names = (command.arguments ?? []).flatMap { $0.names ?? [] }
      #expect(Set(names).count == names.count, "\(command.commandName)")
      command.subcommands?.forEach(check)
    }
    let text = Program.run("--experimental-dump-help").output
    let command = try JSONDecoder().decode(Description.self, from: Data(text.utf8)).command
    #expect(command.subcommands?.contains { $0.commandName == "annotate" } == true)
    check(command)
  }

  @Test("what cannot be written to standard output ends with exit code 5", arguments: ["probe", "help"])
  func fullOutput(command: String) {
    let arguments = command == "probe" ? "probe '\(Media.path("av.mp4"))'" : "--help"
    let outcome = Media.run("sh", ["-c", "'\(Program.path)' \(arguments) > /dev/full"])
    #expect(outcome.status == 5)
    #expect(outcome.errors == "kapao-video: cannot write standard output: No space left on device\n")
  }

  @Test("a message that cannot be written ends nothing")
  func fullMessages() {
    let clip = Media.path("av.mp4")
    #expect(Media.run("sh", ["-c", "'\(Program.path)' probe --nonsense '\(clip)' 2> /dev/full"]).status == 2)
  }

  @Test("annotations that cannot be used end eval with exit code 3", arguments: ["[]", "{}", "{\"images\": [", nil])
  func annotations(text: String?) throws {
    try Media.withFolder { folder in
      let file = folder.appending(path: "annotations.json").path
      try text?.write(toFile: file, atomically: true, encoding: .utf8)
      let outcome = Program.run("eval", "--images", folder.path, "--annotations", file)
      #expect(outcome.status == 3)
      #expect(outcome.errors.hasPrefix("kapao-video: cannot use \(file): "))
    }
  }

  @Test("eval of a test set without annotations writes what was found, and nothing else will do")
  func testSet() throws {
    try Media.withFolder { folder in
      let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path
      Media.run("ffmpeg", ["-v", "error", "-i", clip, "-frames:v", "3", "\(folder.path)/%d.png"])
      let list = folder.appending(path: "image_info_test.json").path
      let images = [(7, 1), (5, 2), (6, 3)].map { "{\"id\": \($0), \"file_name\": \"\($1).png\"}" }
      try "{\"images\": [\(images.joined(separator: ","))]}".write(toFile: list, atomically: true, encoding: .utf8)
      let results = folder.appending(path: "results.json").path
      let arguments = ["eval", "--images", folder.path, "--annotations", list, "--size", "320"]
      let refused = Program.run(arguments)
      #expect(refused.status == 2)
      #expect(refused.errors.contains("--results"))
      let outcome = Program.run(arguments + ["--results", results, "--square", "--threads", "2"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(!outcome.output.contains("AP"))
      let people = try COCOResult.read(results)
      #expect(Set(people.map(\.imageID)) == [5, 6, 7])
      #expect(people.map(\.imageID) == people.map(\.imageID).sorted())
      // In whatever order the images were done.
      let alone = folder.appending(path: "alone.json").path
      #expect(Program.run(arguments + ["--results", alone, "--square", "--threads", "1"]).status == 0)
      #expect(try COCOResult.read(alone) == people)
    }
  }

  @Test("scales and flips of test-time augmentation are free, and as many of one as of the other")
  func augmentation() throws {
    try Media.withFolder { folder in
      let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path
      func poses(_ name: String, _ arguments: String...) throws -> String {
        let csv = folder.appending(path: name).path
        let outcome = Program.run(
          ["export", clip, "--format", "csv", "-o", csv, "--end", "0.1", "-q"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let text = try String(contentsOfFile: csv, encoding: .utf8)
        #expect(text.contains(",kp,"), "nobody was found")
        return text
      }
      let official = try poses("tta.csv", "--tta")
      #expect(try poses("named.csv", "--tta-scales", "0.8,1,1.2", "--tta-flips", "none,lr,none") == official)
      #expect(try poses("flipped.csv", "--tta-flips", "none,lr") != official)
      for wrong in [["--tta-scales", "1,2", "--tta-flips", "lr"], ["--tta-scales", "0"], ["--tta-flips", "ud"]] {
        #expect(Program.run(["export", clip, "--format", "csv", "-o", "\(folder.path)/x.csv"] + wrong).status == 2)
      }
    }
  }

  @Test("probe shows size, rate and the other streams")
  func probe() throws {
    let outcome = Program.run("probe", Media.path("av.mp4"))
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("320x180"))
    #expect(outcome.output.contains("25/1"))
    #expect(outcome.output.contains("audio aac"))
    let json = Program.run("probe", Media.path("av.mp4"), "--json")
    #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
    #expect(Program.run("probe", Media.path("audio_only.m4a")).status == 3)
  }

  @Test("an imported checkpoint computes what the checkpoint computes", arguments: ["fp16", "fp32"])
  func importAndRun(weights: String) throws {
    try Media.withFolder { folder in
      let checkpoint = Fixtures.path("reference/kapao_tiny_coco_random.pt")
      let model = folder.appending(path: "tiny.safetensors").path
      #expect(Program.run("model", "import", checkpoint, "-o", model, "--weights", weights).status == 0)
      let info = Program.run("model", "info", model)
      #expect(info.output.contains("17 (coco)"))
      let image = folder.appending(path: "image.png").path
      Media.run("ffmpeg", ["-v", "error", "-i", Media.path("av.mp4"), "-frames:v", "1", image])
      let files = try [checkpoint, model].enumerated().map { index, path in
        let output = folder.appending(path: "\(index).safetensors").path
        #expect(Program.run("model", "run", path, image, "-o", output, "--size", "320").status == 0)
        return try Safetensors(contentsOf: output)
      }
      #expect(files[0].entries["input_u8_bgr_hwc"]?.shape == [192, 320, 3])
      for name in ["raw0", "raw1", "raw2", "raw3", "pred"] {
        let (a, b) = (try files[0].tensor(name), try files[1].tensor(name))
        #expect(a.shape == b.shape)
        // Rounded to half precision, weights give results that are a little off.
        let (scale, tolerance): (Float, Float) = weights == "fp32" ? (0, 1e-9) : name == "pred" ? (0.01, 2) : (0, 0.05)
        let worst = zip(a.values, b.values).map { abs($0 - $1) - scale * abs($0) }.max() ?? .infinity
        #expect(worst < tolerance)
      }
    }
  }

  @Test("the default model finds and draws people in the sample clip")
  func sample() throws {
    try Media.withFolder { folder in
      let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path
      let (output, csv) = (folder.appending(path: "out.mkv").path, folder.appending(path: "poses.csv").path)
      let outcome = Program.run(
        "annotate", clip, "-o", output, "--csv", csv, "--end", "1", "--codec", "ffv1")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(Set(rows.map { $0[0] }).count == 10)
      #expect(rows.allSatisfy { !$0[4].isEmpty }, "somebody is in every frame")
      // The drawing is somewhere in the picture, and not everywhere.
      let changed = Media.run(
        "ffmpeg",
        [
          "-v", "error", "-i", clip, "-i", output, "-frames:v", "1", "-filter_complex",
          "[0][1]blend=all_mode=difference,format=gray", "-f", "rawvideo",
          "\(folder.path)/d.raw",
        ])
      #expect(changed.status == 0)
      let mask = try Data(contentsOf: folder.appending(path: "d.raw"))
      let share = Double(mask.count { $0 > 0 }) / Double(mask.count)
      #expect(share > 0.0005 && share < 0.2)
    }
  }
}

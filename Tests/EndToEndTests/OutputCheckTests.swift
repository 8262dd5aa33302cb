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
}

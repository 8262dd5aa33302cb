import Foundation
import Support
import TestSupport
import Testing

struct StagedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `The name is given only when all is written`() throws {
    let file = try StagedFile(path: folder.path("out.json"))
    try file.append(Array("one ".utf8))
    #expect(try folder.names().allSatisfy { $0.hasPrefix(".out.json.partial-") })
    try file.append(Array("two".utf8))
    try file.finish()
    try file.finish()
    #expect(try folder.names() == ["out.json"])
    #expect(try folder.text("out.json") == "one two")
  }

  @Test func `What was abandoned leaves the old file`() throws {
    try "old".write(toFile: folder.path("out.json"), atomically: true, encoding: .utf8)
    let file = try StagedFile(path: folder.path("out.json"))
    try file.append(Array("new".utf8))
    file.abandon()
    #expect(try folder.text("out.json") == "old")
    #expect(try folder.names() == ["out.json"])
  }

  @Test func `A link stays a link`() throws {
    try "old".write(toFile: folder.path("real.json"), atomically: true, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.json"), withDestinationPath: folder.path("real.json"))
    let file = try StagedFile(path: folder.path("link.json"))
    try file.append(Array("new".utf8))
    try file.finish()
    #expect(try folder.text("real.json") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.json")).hasSuffix("real.json"))
  }

  @Test func `Any name that the file system takes can be written, beside others that begin alike`() throws {
    let long = String(repeating: "a", count: 249)
    let names = ["\(long)1.json", "\(long)2.json", String(repeating: "走", count: 83) + ".json"].sorted()
    let files = try names.map { try StagedFile(path: folder.path($0)) }
    for (file, name) in zip(files, names) { try file.append(Array(name.utf8)) }
    for file in files { try file.finish() }
    #expect(try folder.names() == names)
    for name in names { #expect(try folder.text(name) == name) }
  }

  @Test func `A small file that is a link stays a link`() throws {
    try FileManager.default.createSymbolicLink(atPath: folder.path("link.json"), withDestinationPath: "real.json")
    try AtomicFile.write(Array("new".utf8), to: folder.path("link.json"))
    #expect(try folder.text("real.json") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link.json")) == "real.json")
  }

  @Test func `A device is written to and never replaced`() throws {
    let file = try StagedFile(path: "/dev/null")
    try file.append(Array("gone".utf8))
    try file.finish()
    var status = stat()
    #expect(stat("/dev/null", &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFCHR)
  }
}

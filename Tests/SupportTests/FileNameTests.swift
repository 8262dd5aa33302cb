import Foundation
import Kapao
import Support
import TestSupport
import Testing

@Suite("Names of files of any bytes")
struct FileNameTests {
  @Test(
    "a name comes out as the bytes that it was",
    arguments: [
      Array("match.mp4".utf8), Array("Über 日本.mp4".utf8), [0x66, 0xE9, 0x2E, 0x6D], [0xFF], [0xC3], [0xF0, 0x9F, 0x61],
      // U+10F7E9, which stands for a byte.
      [0xF4, 0x8F, 0x9F, 0xA9], [0xED, 0xA0, 0x80], Array(0x80...0xFF),
    ] as [[UInt8]])
  func comesBack(bytes: [UInt8]) {
    let text = FileName.text(bytes)
    #expect(FileName.bytes(text) == bytes)
    #expect(FileName.withBytes(text) { String(cString: $0) } == String(decoding: bytes, as: UTF8.self))
    #expect(FileName.readable(text).unicodeScalars.allSatisfy { !(0x10F780...0x10F7FF).contains($0.value) })
  }

  @Test("names that differ in such bytes are different files")
  func files() throws {
    try Media.withFolder { url in
      let folder = url.path
      let paths = [0xE8, 0xE9].map { FileName.text(Array("\(folder)/f".utf8) + [$0]) }
      for path in paths { try AtomicFile.write(Array(path.utf8), to: path) }
      for path in paths { #expect(try FileSystem.read(path) == Array(path.utf8)) }
      #expect(Set(FileSystem.names(in: folder) ?? []) == Set(paths.map { FileName.last(of: $0) }))
    }
  }

  @Test(
    "a path is a folder and a name",
    arguments: [
      ("a", "", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("a/b/", "a", "b"), ("//a//b//", "//a", "b"), ("/", "", ""),
      ("", "", ""), ("ä/ö", "ä", "ö"),
    ])
  func parts(path: String, folder: String, name: String) {
    #expect(FileName.folder(of: path) == folder)
    #expect(FileName.last(of: path) == name)
    #expect(
      FileName.path(folder, name) == (folder == "//a" ? "//a/b" : path.hasSuffix("/") ? String(path.dropLast()) : path))
  }

  @Test("a path leads to a file, a descriptor of this process, or something else")
  func places() throws {
    try Media.withFolder { url in
      let folder = url.path
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/out", withDestinationPath: "/dev/stdout")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/new", withDestinationPath: "file")
      try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
      #expect(OutputPlace("-") == .descriptor(1))
      #expect(OutputPlace("/dev/fd/63") == .descriptor(63))
      #expect(OutputPlace("/proc/self/fd/7") == .descriptor(7))
      #expect(OutputPlace("\(folder)/out") == .descriptor(1))
      #expect(OutputPlace("\(folder)/new") == .file("\(folder)/file"))
      #expect(OutputPlace("\(folder)/pipe") == .other("\(folder)/pipe"))
      #expect(OutputPlace("/dev/null") == .other("/dev/null"))
      #expect(OutputPlace(folder) == .other(folder))
    }
  }
}

import Foundation
import Kapao
import Support
import TestSupport
import Testing

@Suite("Writing whole files")
struct AtomicFileTests {
  private static let bytes = [UInt8](0...255)

  @Test("a link stays a link, also one to nothing yet")
  func link() throws {
    try Media.withFolder { folder in
      let link = folder.appending(path: "link")
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "real")
      for bytes in [Self.bytes, [7]] {
        try AtomicFile.write(bytes, to: link.path)
        #expect(try Data(contentsOf: folder.appending(path: "real")) == Data(bytes))
      }
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "real")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link", "real"])
    }
  }

  @Test("a pipe is written to and never replaced")
  func pipe() throws {
    try Media.withFolder { folder in
      let pipe = folder.appending(path: "pipe").path
      try #require(mkfifo(pipe, 0o600) == 0)
      let reader = open(pipe, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try AtomicFile.write(Self.bytes, to: pipe)
      var received = [UInt8](repeating: 0, count: 512)
      let count = read(reader, &received, received.count)
      #expect(Array(received.prefix(max(0, count))) == Self.bytes)
      var status = stat()
      #expect(stat(pipe, &status) == 0)
      #expect(status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test("what cannot be written is named with the system's reason")
  func unwritable() throws {
    try Media.withFolder { folder in
      let path = folder.appending(path: "missing/file").path
      #expect(throws: OutputError(.create, path: path, code: ENOENT)) {
        try AtomicFile.write(Self.bytes, to: path)
      }
      #expect(throws: OutputError(.create, path: folder.path, code: EISDIR)) {
        try AtomicFile.write(Self.bytes, to: folder.path)
      }
      #expect(throws: OutputError(.create, path: path, code: ENOENT)) {
        try COCOResult.write([], to: path)
      }
    }
  }
}

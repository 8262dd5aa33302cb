import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Files that begin anew")
struct SegmentedSinkTests {
  @Test("a file in which there is nothing does not stay behind after an error")
  func emptyFiles() throws {
    try Media.withFolder { folder in
      let output = LiveOutput("full", stream: "test", content: .poses, log: LiveStreamBench.silence) {
        SegmentedSink(
          folder: folder.path, names: SegmentName(stream: "test", ending: "csv"), seconds: 60, retention: Retention()
        ) { path in
          // As on a full disk: the name fits, the content does not.
          #expect(FileManager.default.createFile(atPath: path, contents: nil))
          throw POSIXError(.ENOSPC)
        }
      }
      let bench = try LiveStreamBench("lavfi:testsrc2=s=160x90:r=25", outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 50, within: 20) != nil)
      #expect(bench.stream.stop())
      #expect(try #require(output.status).failures > 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}

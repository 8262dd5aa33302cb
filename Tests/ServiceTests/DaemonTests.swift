import Foundation
import Pipeline
import Service
import TestSupport
import Testing

@Suite("The daemon", .serialized)
struct DaemonTests {
  private static let first = """
    streams:
      steady: {source: 'lavfi:testsrc2=s=160x90:r=25'}
      changing: {source: 'lavfi:testsrc2=s=160x90:r=25'}
      leaving: {source: 'lavfi:testsrc2=s=160x90:r=25'}
    """
  private static let second = """
    streams:
      steady: {source: 'lavfi:testsrc2=s=160x90:r=25'}
      changing: {source: 'lavfi:testsrc2=s=320x180:r=25'}
      coming: {source: 'lavfi:testsrc2=s=160x90:r=25'}
    """

  @Test("a new configuration touches only the streams that changed")
  func reload() async throws {
    let daemon = ServiceBench.daemon()
    try daemon.apply(try ServiceBench.configuration(Self.first))
    #expect(await ServiceBench.wait { daemon.statuses.allSatisfy { $0.counters.processed > 10 } })
    let before = Dictionary(uniqueKeysWithValues: daemon.statuses.map { ($0.name, $0) })
    try daemon.apply(try ServiceBench.configuration(Self.second))
    #expect(await ServiceBench.wait { daemon.statuses.allSatisfy { $0.state == .streaming } })
    let after = Dictionary(uniqueKeysWithValues: daemon.statuses.map { ($0.name, $0) })
    #expect(Set(after.keys) == ["steady", "changing", "coming"])
    #expect(after["steady"]?.startedAt == before["steady"]?.startedAt)
    #expect(try #require(after["steady"]).counters.processed >= #require(before["steady"]).counters.processed)
    #expect(after["changing"]?.startedAt != before["changing"]?.startedAt)
    #expect(after["changing"]?.width == 320)
    #expect(daemon.picture(of: "leaving") == nil)
    #expect(daemon.isHealthy)
    #expect(daemon.stop())
    #expect(daemon.statuses.isEmpty)
  }

  @Test("a stream whose source is nowhere does not disturb the others")
  func neighbours() async throws {
    let daemon = ServiceBench.daemon()
    try daemon.apply(
      try ServiceBench.configuration(
        """
        streams:
          away: {source: 'rtsp://127.0.0.1:9/none'}
          here: {source: 'lavfi:testsrc2=s=160x90:r=25'}
        """))
    #expect(await ServiceBench.wait { daemon.statuses[1].counters.processed > 25 })
    #expect([.waiting, .connecting].contains(daemon.statuses[0].state))
    #expect(daemon.statuses[0].lastError?.contains("refused") == true)
    #expect(daemon.stop())
  }

  @Test("a change of the web server's address is refused in the log, as often as it is asked for")
  func http() throws {
    let lines = LogLines()
    let daemon = ServiceBench.daemon(lines.logger)
    let stream = "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25'}}"
    try daemon.apply(try ServiceBench.configuration("{http: {port: 8080}, \(stream)}"))
    #expect(!lines.text.contains("http"))
    for count in 1...2 {
      try daemon.apply(try ServiceBench.configuration("{http: {port: 8081}, \(stream)}"))
      #expect(lines.text.components(separatedBy: "warning: http: the change is not applied").count == count + 1)
    }
    try daemon.apply(try ServiceBench.configuration("{http: {port: 8080}, \(stream)}"))
    #expect(lines.text.components(separatedBy: "http").count == 3)
    #expect(daemon.stop())
  }

  @Test("a model that cannot be used changes nothing")
  func badModel() async throws {
    let daemon = ServiceBench.daemon()
    try daemon.apply(try ServiceBench.configuration("streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25'}}"))
    let started = daemon.statuses[0].startedAt
    let bad = try ServiceBench.configuration(
      "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=5', model: '\(SampleConfiguration.path)'}}")
    #expect(throws: (any Error).self) { try daemon.apply(bad) }
    #expect(daemon.statuses.map(\.startedAt) == [started])
    #expect(daemon.stop())
  }

  @Test("the outputs of a file that has ended are complete while the others go on")
  func endedFile() async throws {
    try await Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      let daemon = ServiceBench.daemon()
      try daemon.apply(
        try ServiceBench.configuration(
          """
          streams:
            file: {source: '\(Media.path("320x180.ts"))', outputs: [{video: '\(output)'}]}
            here: {source: 'lavfi:testsrc2=s=160x90:r=25'}
          """))
      func frames() -> Int { Media.probe(output, entries: "frame=pts").count }
      #expect(await ServiceBench.wait { daemon.statuses[0].state == .ended })
      #expect(await ServiceBench.wait { frames() > 0 && frames() == daemon.statuses[0].outputs[0].written })
      #expect(daemon.statuses[1].state == .streaming)
      #expect(daemon.stop())
    }
  }

  @Test("a video from before a restart is kept")
  func keptVideo() async throws {
    try await Media.withFolder { folder in
      let output = folder.appendingPathComponent("out.mp4").path
      for _ in 0..<2 {
        let daemon = ServiceBench.daemon()
        try daemon.apply(
          try ServiceBench.configuration(
            "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25', outputs: [{video: '\(output)'}]}}"))
        #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > 10 })
        #expect(daemon.stop())
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["out-2.mp4", "out.mp4"])
    }
  }

  @Test("an end that is asked for during a reload comes in time, and nothing starts after it")
  func endDuringReload() async throws {
    let daemon = ServiceBench.daemon()
    signal(SIGPIPE, SIG_IGN)
    // A pipe that nobody reads: its output takes all the time that there is to end.
    try await Media.withFolder { folder in
      let pipe = folder.appendingPathComponent("pipe.ts").path
      try #require(mkfifo(pipe, 0o600) == 0)
      func configuration(_ rate: Int) throws -> ServiceConfiguration {
        try ServiceBench.configuration(
          "streams: {stuck: {source: 'lavfi:testsrc2=s=160x90:r=\(rate)', outputs: [{video: '\(pipe)'}]}}")
      }
      try daemon.apply(try configuration(25))
      #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > 5 })
      let next = try configuration(20)
      let reload = Task.detached { try daemon.apply(next) }
      #expect(await ServiceBench.wait { daemon.statuses.isEmpty })
      let start = Date()
      #expect(!daemon.stop())
      #expect(Date().timeIntervalSince(start) < 5)
      try await reload.value
      #expect(daemon.statuses.isEmpty)
      // Lets the output go.
      let reader = open(pipe, O_RDONLY | O_NONBLOCK)
      close(reader)
    }
  }
}

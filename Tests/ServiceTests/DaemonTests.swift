import Foundation
import Pipeline
import Service
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
}

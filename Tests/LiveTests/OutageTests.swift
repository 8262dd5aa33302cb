import Foundation
import Pipeline
import TestSupport
import Testing

/// Against a real RTSP server in a process of its own. The limits are the back-off and five seconds, doubled for
/// machines that are busy with other things.
@Suite("A camera that comes and goes", .serialized, .enabled(if: Camera.isAvailable, "\(Camera.missing)"))
struct OutageTests {
  private static let recovery = 12.0
  private static let connecting = 25.0

  @Test("pictures come over TCP and UDP with times that grow", arguments: RTSPTransport.allCases)
  func reads(transport: RTSPTransport) throws {
    let camera = Camera()
    try camera.start()
    let bench = try LiveStreamBench(camera.url(), transport: transport)
    bench.stream.start()
    #expect(bench.watcher.wait(for: 50, within: Self.connecting) != nil)
    #expect(bench.stream.stop())
    let times = bench.watcher.received.map(\.frame.pts)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    let status = bench.stream.status
    let counters = status.counters
    #expect(counters.read - counters.stale - counters.processed - counters.dropped - counters.skipped <= 2)
    #expect(status.connections == 1)
    #expect(status.width == 320)
    #expect(try #require(status.latency).p50 < 0.5)
  }

  @Test("a camera that is absent at the start is found when it comes")
  func absent() throws {
    let camera = Camera()
    try camera.start()
    camera.kill(SIGKILL)
    let bench = try LiveStreamBench(camera.url())
    bench.stream.start()
    #expect(bench.watcher.wait(within: 10) { $0.record == nil } != nil)
    #expect(bench.stream.status.lastError?.contains("refused") == true)
    try camera.start()
    #expect(bench.watcher.wait(within: Self.recovery) != nil)
    #expect(bench.stream.stop())
    #expect(bench.stream.status.outages == 0)
  }

  @Test("a camera that is killed is connected again, also with another size", arguments: [SIGTERM, SIGKILL])
  func killed(signal: Int32) throws {
    let camera = Camera()
    try camera.start()
    let bench = try LiveStreamBench(camera.url())
    bench.stream.start()
    #expect(bench.watcher.wait(for: 5, within: Self.connecting) != nil)
    camera.kill(signal)
    #expect(bench.watcher.wait(within: 10) { $0.record == nil } != nil)
    try camera.start(size: "640x360")
    let recovery = bench.watcher.wait(within: Self.recovery) { $0.record != nil && $0.frame.size.width == 640 }
    #expect(recovery != nil)
    #expect(bench.stream.stop())
    #expect(bench.stream.status.outages == 1)
    let times = bench.watcher.received.map(\.frame.pts)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("a camera that freezes is noticed, and pictures come again when it goes on")
  func frozen() throws {
    let camera = Camera()
    try camera.start()
    let bench = try LiveStreamBench(camera.url())
    bench.stream.start()
    #expect(bench.watcher.wait(for: 5, within: Self.connecting) != nil)
    camera.kill(SIGSTOP)
    // Twenty pictures that say "no signal", two a second.
    #expect(bench.watcher.wait(for: 20, within: 30) { $0.record == nil } != nil)
    #expect(bench.stream.status.outages == 1)
    camera.kill(SIGCONT)
    #expect(bench.watcher.wait(within: Self.recovery) != nil)
    #expect(bench.stream.stop())
  }

  @Test("a frozen camera does not keep the program from ending")
  func stopWhileFrozen() throws {
    let camera = Camera()
    try camera.start()
    let bench = try LiveStreamBench(camera.url())
    camera.kill(SIGSTOP)
    bench.stream.start()
    #expect(bench.watcher.wait(within: 10) { $0.record == nil } != nil)
    let start = Date()
    #expect(bench.stream.stop())
    #expect(Date().timeIntervalSince(start) < 5)
    camera.kill(SIGCONT)
  }

  @Test("a wrong path is reported and tried again")
  func wrongPath() throws {
    let camera = Camera()
    try camera.start()
    let bench = try LiveStreamBench(camera.url("nowhere"))
    bench.stream.start()
    #expect(bench.watcher.wait(for: 4, within: 20) { $0.record == nil } != nil)
    #expect(bench.stream.stop())
    #expect(bench.stream.status.lastError?.contains("404") == true)
    #expect(bench.stream.status.connections > 1)
  }

  @Test("a wrong password is reported without being shown, a right one works")
  func password() throws {
    let camera = Camera("--password")
    try camera.start()
    let wrong = try LiveStreamBench(camera.url(user: "viewer:wrongpass@"))
    let right = try LiveStreamBench(camera.url(user: "viewer:right@"))
    wrong.stream.start()
    right.stream.start()
    #expect(right.watcher.wait(for: 5, within: Self.connecting) != nil)
    #expect(wrong.stream.stop())
    #expect(right.stream.stop())
    let error = try #require(wrong.stream.status.lastError)
    #expect(error.contains("401"))
    #expect(!error.contains("wrongpass"))
  }

  @Test("another stream goes on undisturbed while a camera is away")
  func neighbour() throws {
    let camera = Camera()
    try camera.start()
    let lost = try LiveStreamBench(camera.url())
    let other = try LiveStreamBench("lavfi:testsrc2=s=320x180:r=25")
    lost.stream.start()
    other.stream.start()
    #expect(lost.watcher.wait(for: 3, within: Self.connecting) != nil)
    camera.kill(SIGKILL)
    #expect(other.watcher.wait(for: 50, within: 10) != nil)
    #expect(lost.stream.stop())
    #expect(other.stream.stop())
    #expect(other.stream.status.outages == 0)
    #expect(other.watcher.received.allSatisfy { $0.record != nil })
  }

  @Test("an annotated stream is pushed, and again when the server comes back")
  func push() throws {
    try Media.withFolder { folder in
      let file = folder.appendingPathComponent("published.ts").path
      let server = Camera("--published", file)
      try server.start()
      let output = LiveOutput.video(server.url("publish"), stream: "test", log: LiveStreamBench.silence)
      let bench = try LiveStreamBench("lavfi:testsrc2=s=320x180:r=25", outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 75, within: 20) != nil)
      server.kill(SIGKILL)
      #expect(bench.watcher.wait(for: 25, within: 10) != nil)
      try server.start()
      let before = try #require(output.status).written
      #expect(bench.watcher.wait(for: 125, within: 20) != nil)
      #expect(bench.stream.stop())
      server.kill(SIGTERM)
      let status = try #require(output.status)
      #expect(status.failures >= 1)
      #expect(status.written > before)
      #expect(
        Int(Media.probe(file, entries: "stream=nb_read_frames", arguments: ["-count_frames"]).first ?? "") ?? 0 > 20)
    }
  }
}

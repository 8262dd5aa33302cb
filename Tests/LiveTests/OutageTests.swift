import Foundation
import Pipeline
import TestSupport
import Testing

/// Against a real RTSP server in a process of its own.
@Suite("A camera that comes and goes", .serialized, .enabled(if: Camera.isAvailable, "\(Camera.missing)"))
struct OutageTests {
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
    #expect(counters.onTheirWay == 0)
    #expect(status.connections == 1)
    #expect(status.width == 320)
    #expect(try #require(status.latency).p50 < 0.5)
  }

  @Test("pictures whose stamps stand still have the times of their arrivals")
  func standingStill() throws {
    try Media.withFolder { folder in
      let file = folder.appendingPathComponent("clip.h264").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=4", "-pix_fmt", "yuv420p", file])
      #expect(made.status == 0, "\(made.errors)")
      let camera = Camera()
      try camera.start("--raw", file)
      let bench = try LiveStreamBench(camera.url("raw"))
      bench.stream.start()
      #expect(bench.watcher.wait(for: 50, within: Self.connecting) != nil)
      #expect(bench.stream.stop())
      let times = bench.watcher.received.filter { $0.record != nil }.map(\.frame.time)
      let distances = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
      // A slow machine leaves pictures out; bunched ones would be a few milliseconds apart.
      #expect((0.03...0.2).contains(distances[distances.count / 2]))
      #expect(bench.stream.status.timestampJumps == 1)
    }
  }

  @Test(
    "videos begin with the camera's first picture, however late it comes, and say in its size and colours when it goes",
    arguments: ["cam.mkv", "cam.m3u8"])
  func late(name: String) throws {
    try Media.withFolder { folder in
      let camera = Camera()
      try camera.start(size: "320x180")
      camera.kill(SIGKILL)
      let path = folder.appendingPathComponent(name).path
      let output = LiveOutput.video(path, stream: "test", log: LiveStreamBench.silence)
      let bench = try LiveStreamBench(camera.url(), outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(within: Self.connecting) { $0.record == nil } != nil)
      try camera.start(size: "320x180")
      #expect(bench.watcher.wait(for: 10, within: Self.connecting) != nil)
      let first = try #require(output.status).written
      let received = bench.watcher.received.drop { $0.record == nil }
      #expect(first <= received.count)
      camera.kill(SIGKILL)
      #expect(bench.watcher.wait(within: Self.connecting) { $0.record == nil } != nil)
      #expect(bench.stream.stop())
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(names.filter { $0.contains("-2") }.isEmpty)
      if name.hasSuffix("m3u8") {
        #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("DISCONTINUITY"))
      } else {
        #expect(Media.probe(path, entries: "stream=width").first == "320")
      }
      #expect(output.status?.failures == 0)
    }
  }

  @Test("a camera that is absent at the start is found when it comes")
  func absent() throws {
    let scene = try OutageScene { _ in }
    scene.camera.kill(SIGKILL)
    scene.start()
    scene.waitForPlaceholder()
    #expect(scene.status.lastError?.contains("refused") == true)
    try scene.recover("absent at the start") { try $0.start() }
    scene.stop()
    #expect(scene.status.outages == 0)
  }

  @Test("a camera that ends or is killed is connected again", arguments: [SIGTERM, SIGKILL])
  func killed(signal: Int32) throws {
    let scene = try OutageScene()
    scene.camera.kill(signal)
    scene.waitForPlaceholder()
    try scene.recover(signal == SIGTERM ? "terminated" : "killed") { try $0.start() }
    scene.stop()
    #expect(scene.status.outages == 1)
  }

  @Test("a camera that comes back with another picture size is followed")
  func otherSize() throws {
    let scene = try OutageScene()
    scene.camera.kill(SIGKILL)
    scene.waitForPlaceholder()
    try scene.recover("another size") { try $0.start(size: "640x360") }
    #expect(scene.status.width == 640)
    scene.stop()
  }

  @Test("a camera that freezes for ten seconds is noticed, and pictures come again when it goes on")
  func frozen() throws {
    let scene = try OutageScene()
    scene.camera.kill(SIGSTOP)
    // Two pictures a second that say "no signal", from one and a half seconds on.
    scene.waitForPlaceholder(count: 17)
    #expect(scene.status.outages == 1)
    try scene.recover("frozen") { $0.kill(SIGCONT) }
    scene.stop()
  }

  @Test("a wrong path is reported, and pictures come when it is right")
  func wrongPath() throws {
    let scene = try OutageScene { try $0.start("--path", "elsewhere") }
    scene.start()
    scene.waitForPlaceholder(count: 4)
    #expect(scene.status.lastError?.contains("404") == true)
    #expect(scene.status.connections > 1)
    scene.camera.kill(SIGKILL)
    try scene.recover("wrong path") { try $0.start() }
    scene.stop()
  }

  @Test("a wrong password is reported without being shown, and pictures come when it is right")
  func wrongPassword() throws {
    let scene = try OutageScene(user: "viewer:myPassword@") { try $0.start("--password", "another") }
    scene.start()
    scene.waitForPlaceholder(count: 4)
    let error = try #require(scene.status.lastError)
    #expect(error.contains("401"))
    #expect(!error.contains("myPassword"))
    scene.camera.kill(SIGKILL)
    try scene.recover("wrong password") { try $0.start("--password", "myPassword") }
    scene.stop()
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

  @Test("an annotated stream is pushed, and again when the server comes back")
  func push() throws {
    try Media.withFolder { folder in
      let file = folder.appendingPathComponent("published.ts").path
      let server = Camera()
      try server.start("--published", file)
      let output = LiveOutput.video(server.url("publish"), stream: "test", log: LiveStreamBench.silence)
      let bench = try LiveStreamBench("lavfi:testsrc2=s=320x180:r=25", outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 75, within: 20) != nil)
      server.kill(SIGKILL)
      #expect(bench.watcher.wait(for: 25, within: 10) != nil)
      try server.start("--published", file)
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

import Foundation
import Inference
import Kapao
import Pipeline
import TestSupport
import Testing
import VideoIO

@Suite("A live stream", .serialized)
struct LiveStreamTests {
  private static let pattern = "lavfi:testsrc2=s=320x180:r=25"

  @Test("every picture that is read is processed, dropped or skipped")
  func counters() throws {
    let bench = try LiveStreamBench(Self.pattern, maximumRate: 10)
    bench.stream.start()
    #expect(bench.watcher.wait(for: 20, within: 20) != nil)
    #expect(bench.stream.stop())
    let counters = bench.stream.status.counters
    #expect(counters.skipped > counters.processed / 2)
    #expect(counters.read > 20)
    #expect(counters.onTheirWay == 0)
  }

  @Test("pictures that the network cannot take are counted, and the reason is told")
  func failures() throws {
    let broken = PoseDetector(inputSize: 128, skeleton: .coco17) { size, _ in throw InferenceError.inputSize(size) }
    let bench = try LiveStreamBench(Self.pattern, detector: broken)
    bench.stream.start()
    // Nothing is processed: the outputs get the picture that says so.
    #expect(bench.watcher.wait(for: 3, within: 20) { $0.record == nil } != nil)
    #expect(bench.stream.status.lastError?.contains("multiple of 64") == true)
    #expect(bench.stream.stop())
    let counters = bench.stream.status.counters
    #expect(counters.processed == 0)
    #expect(counters.failed > 10)
    #expect(counters.onTheirWay == 0)
  }

  @Test(
    "a device that fails ends the attempt at a camera, and the next has it again; it ends what no other attempt brings back",
    .enabled(if: ONNXRuntimeFixture.library != nil, "onnxruntime is not installed for KAPAO_PYTHON or python3"),
    .enabled(if: Camera.isAvailable, "\(Camera.missing)"), arguments: [true, false])
  func failingDevice(isCamera: Bool) throws {
    try Media.withFolder { folder in
      var runtime = ONNXRuntimeOptions()
      runtime.device = .cpu
      runtime.library = ONNXRuntimeFixture.fake(in: folder, ONNXRuntimeFixture.real, "FAIL_RUN=4", "FAIL_ONCE")
      let model = try Model.load(Fixtures.path("reference/kapao_tiny_coco_random.pt"))
      let camera = Camera()
      if isCamera { try camera.start() }
      let bench = try LiveStreamBench(
        isCamera ? camera.url() : Self.pattern,
        detector: PoseDetector(model: model, inputSize: 128, backend: .onnxRuntime, threads: 1, runtime: runtime))
      bench.stream.start()
      #expect(bench.watcher.wait(for: 3, within: 20) != nil)
      if isCamera {
        // Those of the second attempt.
        #expect(bench.watcher.wait(for: 20, within: 20) != nil)
        #expect(bench.stream.status.outages == 1)
      } else {
        bench.stream.waitUntilEnded()
        #expect(bench.stream.failure as? InferenceError == .device("ONNX Runtime: the device is lost"))
      }
      #expect(bench.stream.status.counters.failed == 1)
      #expect(bench.stream.stop())
    }
  }

  @Test(
    "a source is not said to be away because few pictures are looked at, or come, or because the network is slow",
    arguments: [(25.0, 0.4, 0.0), (0.5, nil, 0), (25, nil, 3)] as [(Double, Double?, Double)])
  func present(rate: Double, limit: Double?, preparation: Double) throws {
    let bench = try LiveStreamBench(
      "lavfi:testsrc2=s=320x180:r=\(rate)", maximumRate: limit,
      detector: LiveStreamBench.detector { if preparation > 0 { Thread.sleep(forTimeInterval: preparation) } })
    bench.stream.start()
    #expect(bench.watcher.wait(for: 3, within: 20) != nil)
    #expect(bench.stream.stop())
    #expect(bench.watcher.received.allSatisfy { $0.record != nil })
    #expect(bench.stream.status.outages == 0)
  }

  @Test("a file is read at its own pace and ends the stream at its end")
  func file() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("clip.mp4").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=2", "-pix_fmt", "yuv420p", path])
      #expect(made.status == 0)
      let bench = try LiveStreamBench(path)
      let start = Date()
      bench.stream.start()
      bench.stream.waitUntilEnded()
      #expect((1.5...8).contains(Date().timeIntervalSince(start)))
      #expect(bench.stream.stop())
      #expect(bench.stream.failure == nil)
      #expect(bench.stream.status.counters.read == 50)
    }
  }

  @Test("a picture that is read over and over comes 25 times a second")
  func still() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("still.jpg").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90", "-frames:v", "1", path])
      #expect(made.status == 0)
      let bench = try LiveStreamBench(path, loops: true)
      bench.stream.start()
      #expect(bench.watcher.wait(for: 50, within: 20) != nil)
      #expect((20...26).contains(bench.stream.status.sourceRate))
      #expect(bench.stream.stop())
      let times = bench.watcher.received.map(\.frame.time)
      let distances = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
      // A slow machine leaves pictures out; bunched ones would be a few milliseconds apart.
      #expect((0.03...0.2).contains(distances[distances.count / 2]))
    }
  }

  @Test("a file that is not there ends the stream with its error")
  func missingFile() throws {
    let bench = try LiveStreamBench("/nowhere/clip.mp4")
    bench.stream.start()
    bench.stream.waitUntilEnded()
    #expect(bench.stream.stop())
    #expect((bench.stream.failure as? VideoError)?.kind == .unusableInput)
  }

  @Test("recordings are cut into files that hold every picture")
  func recording() throws {
    try Media.withFolder { folder in
      let output = LiveOutput.recording(
        folder.path, stream: "test", seconds: 1, retention: Retention(), log: LiveStreamBench.silence)
      let bench = try LiveStreamBench(Self.pattern, outputs: [output])
      bench.stream.start()
      #expect(bench.watcher.wait(for: 70, within: 30) != nil)
      #expect(bench.stream.stop())
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(files.count >= 2)
      let frames = files.map { file in
        let path = folder.appendingPathComponent(file).path
        return Int(Media.probe(path, entries: "stream=nb_read_frames", arguments: ["-count_frames"]).first ?? "") ?? 0
      }
      #expect(frames.reduce(0, +) == output.status?.written)
      #expect(output.status?.failures == 0)
    }
  }

  @Test("an output that cannot be written to is reported and disturbs nothing")
  func brokenOutput() throws {
    let broken = LiveOutput.video("/nowhere/out.mp4", stream: "test", log: LiveStreamBench.silence)
    let bench = try LiveStreamBench(Self.pattern, outputs: [broken])
    bench.stream.start()
    #expect(bench.watcher.wait(for: 50, within: 20) != nil)
    #expect(bench.stream.stop())
    let status = try #require(broken.status)
    #expect(status.failures >= 1)
    #expect(status.lastError?.contains("/nowhere/out.mp4") == true)
    #expect(status.written == 0)
  }

  @Test("a network too slow for the source drops pictures and stays up to date")
  func slow() throws {
    // Far more pictures a second than anything can process.
    let bench = try LiveStreamBench("lavfi:testsrc2=s=160x90:r=2000")
    bench.stream.start()
    #expect(bench.watcher.wait(for: 100, within: 30) != nil)
    #expect(bench.stream.stop())
    let status = bench.stream.status
    let latency = try #require(status.latency)
    let inference = try #require(status.inference)
    #expect(status.counters.dropped > 0)
    // One picture being computed, one waiting, one being drawn.
    #expect(latency.p50 < 3 * inference.p50 + 0.1)
  }

  @Test("viewers get the newest picture as JPEG, and an end when the stream has ended")
  func picture() async throws {
    let picture = LivePicture(stream: "test")
    let bench = try LiveStreamBench(Self.pattern, outputs: [picture])
    bench.stream.start()
    let first = try #require(await picture.next(after: 0))
    let second = try #require(await picture.next(after: first.number))
    #expect(first.bytes.starts(with: [0xFF, 0xD8, 0xFF]))
    #expect(second.number > first.number)
    #expect(bench.stream.stop())
    #expect(await picture.next(after: second.number + 1000) == nil)
  }

  @Test("one picture in three is looked at, and all that are processed are counted as looked at or not")
  func detectEvery() throws {
    let bench = try LiveStreamBench(Self.pattern, detectEvery: .frames(3))
    bench.stream.start()
    #expect(bench.watcher.wait(for: 31, within: 20) != nil)
    #expect(bench.stream.stop())
    let status = bench.stream.status
    let counters = status.counters
    #expect(status.detectEvery == 3)
    #expect(counters.detected + counters.predicted == counters.processed)
    // After half a second without a picture, as on a busy machine, one more is looked at.
    #expect(counters.processed <= 3 * counters.detected)
    #expect(counters.predicted > counters.detected)
    #expect(counters.onTheirWay == 0)
    let times = bench.watcher.received.map(\.frame.time)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("a network too slow for the source is asked less often")
  func automatic() throws {
    // Far more pictures a second than the network can look at.
    let bench = try LiveStreamBench("lavfi:testsrc2=s=160x90:r=10000", detectEvery: .auto)
    bench.stream.start()
    #expect(bench.watcher.wait(for: 1000, within: 60) != nil)
    #expect(bench.stream.stop())
    let status = bench.stream.status
    #expect(status.detectEvery > 1)
    #expect(status.counters.predicted > status.counters.detected)
  }

  @Test("a network that hangs makes the stream unhealthy, and is seen in the stage that does not come back")
  func hanging() throws {
    let (begun, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let detector = LiveStreamBench.detector {
      begun.signal()
      release.wait()
    }
    let bench = try LiveStreamBench(Self.pattern, detector: detector)
    bench.stream.start()
    begun.wait()
    let detect = try #require(bench.stream.stages.first { $0.name == "detect" })
    #expect(detect.workingFor != nil)
    #expect(bench.stream.isHealthy)
    #expect(!bench.stream.isHealthy(longestWork: 0))
    release.signal()
    #expect(bench.watcher.wait(for: 3, within: 20) != nil)
    #expect(bench.stream.stop())
    #expect(bench.stream.stages.allSatisfy { $0.workingFor == nil })
  }

  @Test("streams with the same network take turns on one thread")
  func sharedDetector() throws {
    let threads = ThreadNames()
    let detector = LiveStreamBench.detector { threads.add() }
    // Of different sizes, so that each has a network compiled.
    let benches = try [160, 192, 320].map {
      try LiveStreamBench("lavfi:testsrc2=s=\($0)x\($0 / 2 + $0 % 64):r=25", detector: detector)
    }
    for bench in benches { bench.stream.start() }
    for bench in benches { #expect(bench.watcher.wait(for: 10, within: 20) != nil) }
    for bench in benches { #expect(bench.stream.stop()) }
    #expect(threads.count == 1)
  }

  @Test("when a stream has stopped its source is closed")
  func closed() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("clip.mkv").path
      let made = Media.run(
        "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=9", "-pix_fmt", "yuv420p", path])
      #expect(made.status == 0)
      let bench = try LiveStreamBench(path)
      bench.stream.start()
      #expect(bench.watcher.wait(for: 3, within: 20) != nil)
      #expect(Self.isOpen(path))
      #expect(bench.stream.stop())
      #expect(!Self.isOpen(path))
    }
  }

  private static func isOpen(_ path: String) -> Bool {
    let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return descriptors.contains {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasSuffix(path) == true
    }
  }

  /// The threads on which something was done.
  private final class ThreadNames: @unchecked Sendable {
    // @unchecked: only touched under the lock.
    private let lock = NSLock()
    private var threads: Set<ObjectIdentifier> = []
    var count: Int { lock.withLock { threads.count } }
    func add() { _ = lock.withLock { threads.insert(ObjectIdentifier(Thread.current)) } }
  }
}

import Foundation
import Inference
import Kapao
import Logging
import Pipeline
import TestSupport

/// A live stream with a network that is quick and finds nobody.
struct LiveStreamBench {
  let stream: LiveStream
  let watcher: Watcher

  private static let model: Model = {
    do {
      return try Model.load(Fixtures.path("reference/kapao_tiny_coco_random.pt"))
    } catch {
      fatalError("the test model cannot be used: \(error)")
    }
  }()
  private static let detector = detector {}

  /// A detector that does something before it compiles a network.
  static func detector(_ prepare: @escaping @Sendable () -> Void) -> PoseDetector {
    let model = model
    return PoseDetector(inputSize: 128, skeleton: .coco17) { size, _ in
      prepare()
      return try PoseNetwork(model: model, inputSize: size, threads: 1)
    }
  }

  init(
    _ source: String, transport: RTSPTransport = .tcp, stall: Double = 2, outputs: [any LiveReceiver] = [],
    maximumRate: Double? = nil, detectEvery: DetectEvery = .all, detector: PoseDetector? = nil,
    carriesAudio: Bool = true, loops: Bool = false, format: String? = nil
  ) throws {
    var source = try LiveSource(source, transport: transport, format: format)
    source.loops = loops
    var settings = LiveSettings(name: "test", source: source, thresholds: Preset.demo.thresholds)
    settings.rules.stall = stall
    settings.maximumRate = maximumRate
    settings.carriesAudio = carriesAudio
    settings.tracking.detectEvery = detectEvery
    watcher = Watcher()
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    stream = LiveStream(settings, detector: detector ?? Self.detector, receivers: [watcher] + outputs, log: log)
  }

  /// A log that nobody reads.
  static var silence: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

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
  private static let networks = networks(preparedWithin: 0)

  /// Networks of which each takes so many seconds before its first picture.
  static func networks(preparedWithin seconds: Double) -> NetworkProvider {
    let model = model
    return NetworkProvider(inputSize: 128, skeleton: .coco17) {
      if seconds > 0 { Thread.sleep(forTimeInterval: seconds) }
      return try PoseNetwork(model: model, inputSize: $0, threads: 1)
    }
  }

  init(
    _ source: String, transport: RTSPTransport = .tcp, stall: Double = 2, outputs: [any LiveReceiver] = [],
    maximumRate: Double? = nil, detectEvery: DetectEvery = .all, networks: NetworkProvider? = nil,
    carriesSound: Bool = true, loops: Bool = false
  ) throws {
    var source = try LiveSource(source, transport: transport)
    source.loops = loops
    var settings = LiveSettings(name: "test", source: source, thresholds: Preset.demo.thresholds)
    settings.rules.stall = stall
    settings.maximumRate = maximumRate
    settings.carriesSound = carriesSound
    settings.tracking.detectEvery = detectEvery
    watcher = Watcher()
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    stream = LiveStream(settings, networks: networks ?? Self.networks, receivers: [watcher] + outputs, log: log)
  }

  /// A log that nobody reads.
  static var silence: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

import Foundation
import Kapao
import Logging
import Pipeline

/// Runs the streams of a configuration, and changes over to another while they run.
public final class Daemon: @unchecked Sendable {
  // @unchecked: what changes is only touched under `lock`; `changes` orders the callers of `apply` and `stop`.

  /// Makes the network for a configuration.
  public typealias NetworkFactory = @Sendable (ServiceConfiguration) throws -> (NetworkProvider, Model)

  private let log: Logger
  private let makeNetworks: NetworkFactory
  private let changes = NSLock()
  private let lock = NSLock()
  private var configuration: ServiceConfiguration?
  private var networks: (NetworkProvider, Model)?
  private var streams: [String: RunningStream] = [:]

  /// A daemon without streams.
  public init(log: Logger, makeNetworks: @escaping NetworkFactory) {
    self.log = log
    self.makeNetworks = makeNetworks
  }

  /// How the streams are doing, in the order of the configuration.
  public var statuses: [LiveStatus] { running.map(\.stream.status) }

  /// The picture of a stream.
  public func picture(of name: String) -> LivePicture? { lock.withLock { streams[name]?.picture } }

  /// Whether every stream is looked after.
  public var isHealthy: Bool { running.allSatisfy(\.stream.isSupervised) }

  private var running: [RunningStream] {
    lock.withLock { (configuration?.streams ?? []).compactMap { streams[$0.name] } }
  }

  /// Starts, ends and replaces streams so that those of `new` run. Streams that have not changed do not notice.
  ///
  /// - Throws: What the model's file is not good for; then everything stays as it was.
  public func apply(_ new: ServiceConfiguration) throws {
    changes.lock()
    defer { changes.unlock() }
    let plan = StreamPlan(from: lock.withLock { configuration }, to: new)
    var made = lock.withLock { networks }
    if plan.needsNetwork || made == nil { made = try makeNetworks(new) }
    guard let made else { return }
    end(plan.stopping)
    lock.withLock {
      networks = made
      configuration = new
    }
    for stream in plan.starting { begin(stream, networks: made.0, model: made.1) }
    for name in plan.ignored { log.warning("\(name): a change takes effect when the program is started anew") }
  }

  /// Ends all streams and completes their outputs; whether that was possible in time.
  @discardableResult
  public func stop() -> Bool {
    changes.lock()
    defer { changes.unlock() }
    return end(lock.withLock { Array(streams.keys) })
  }

  private func begin(_ configuration: StreamConfiguration, networks: NetworkProvider, model: Model) {
    var log = log
    log[metadataKey: "stream"] = "\(configuration.name)"
    var settings = LiveSettings(
      name: configuration.name, source: configuration.source, thresholds: configuration.thresholds(for: model))
    settings.tracking = configuration.tracking
    settings.style = configuration.style
    settings.style.keypointObjectsOnly = settings.thresholds.keypointObjectsOnly
    settings.maximumRate = configuration.maximumRate
    settings.rules.stall = configuration.stallTimeout
    let picture = LivePicture(stream: configuration.name)
    let factory = OutputFactory(
      stream: configuration.name, skeleton: networks.skeleton,
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, hasStates: settings.tracking.detectEvery != .all,
      log: log)
    let outputs = configuration.outputs.map { factory.output($0) }
    let stream = LiveStream(settings, networks: networks, receivers: [picture] + outputs, log: log)
    lock.withLock { streams[configuration.name] = RunningStream(stream: stream, picture: picture) }
    log.notice("started: \(configuration.source.description)")
    stream.start()
  }

  /// Ends streams, all at the same time.
  @discardableResult
  private func end(_ names: [String]) -> Bool {
    let ending = lock.withLock { names.compactMap { streams.removeValue(forKey: $0) } }
    let results = EndResults()
    let group = DispatchGroup()
    for running in ending {
      DispatchQueue(label: "kapao.\(running.stream.name).end").async(group: group) { [log] in
        let isComplete = running.stream.stop()
        if !isComplete { log.error("\(running.stream.name): an output could not be completed in time") }
        results.add(isComplete)
      }
    }
    group.wait()
    return results.areAllGood
  }
}

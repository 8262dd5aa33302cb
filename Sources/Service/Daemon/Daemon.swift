import Foundation
import Kapao
import Logging
import Pipeline

/// Runs the streams of a configuration, and changes over to another while they run.
public final class Daemon: @unchecked Sendable {
  // @unchecked: what changes is only touched under `lock`; `changes` orders the callers of `apply`.

  private let log: Logger
  private let changes = NSLock()
  private let lock = NSLock()
  private var configuration: ServiceConfiguration?
  private var networks: [NetworkSettings: (networks: NetworkProvider, model: Model)] = [:]
  private var streams: [String: RunningStream] = [:]
  private var isStopped = false
  /// Streams that are completing their outputs.
  private let ends = EndResults()

  /// A daemon without streams.
  public init(log: Logger) { self.log = log }

  /// How the streams are doing, in the order of the configuration.
  public var statuses: [LiveStatus] { running.map(\.stream.status) }

  /// The picture of a stream.
  public func picture(of name: String) -> LivePicture? { lock.withLock { streams[name]?.picture } }

  /// Whether every stream is looked after.
  public var isHealthy: Bool { running.allSatisfy(\.stream.isSupervised) }

  private var running: [RunningStream] {
    lock.withLock { (configuration?.streams ?? []).compactMap { streams[$0.name] } }
  }

  /// Starts, ends and replaces streams so that those of `new` run. Streams that have not changed do not notice. After
  /// ``stop()`` nothing starts any more.
  ///
  /// - Throws: What a model's file is not good for; then everything stays as it was.
  public func apply(_ new: ServiceConfiguration) throws {
    changes.lock()
    defer { changes.unlock() }
    let (old, loaded) = lock.withLock { (configuration, networks) }
    let plan = StreamPlan(from: old, to: new)
    var needed: [NetworkSettings: (networks: NetworkProvider, model: Model)] = [:]
    for settings in new.streams.map(\.analysis.network) where needed[settings] == nil {
      needed[settings] = try loaded[settings] ?? settings.load()
    }
    end(plan.stopping)
    ends.wait()
    lock.withLock {
      networks = needed
      configuration = new
      // What did not change is still to be noticed the next time.
      if let old { configuration?.http = old.http }
    }
    for stream in plan.starting {
      if let network = needed[stream.analysis.network] {
        begin(stream, networks: network.networks, model: network.model)
      }
    }
    for name in plan.ignored {
      log.warning("\(name): the change is not applied; it takes effect when the program is started anew")
    }
  }

  /// Ends all streams and completes their outputs, also while another configuration is being applied; whether that was
  /// possible in time.
  @discardableResult
  public func stop() -> Bool {
    end(
      lock.withLock {
        isStopped = true
        return Array(streams.keys)
      })
    return ends.wait()
  }

  private func begin(_ configuration: StreamConfiguration, networks: NetworkProvider, model: Model) {
    var log = log
    log[metadataKey: "stream"] = "\(configuration.name)"
    let settings = configuration.settings(for: model)
    let picture = LivePicture(stream: configuration.name)
    let factory = OutputFactory(
      stream: configuration.name, skeleton: networks.skeleton,
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, hasStates: settings.tracking.detectEvery != .all,
      log: log)
    lock.withLock {
      guard !isStopped else { return }
      let outputs = configuration.outputs.map { factory.output($0) }
      let stream = LiveStream(settings, networks: networks, receivers: [picture] + outputs, log: log)
      streams[configuration.name] = RunningStream(stream: stream, picture: picture)
      log.notice("started: \(configuration.source.description)")
      stream.start()
    }
  }

  /// Begins to end streams, all at the same time.
  private func end(_ names: [String]) {
    for running in lock.withLock({ names.compactMap { streams.removeValue(forKey: $0) } }) {
      ends.add(label: "kapao.\(running.stream.name).end") { [log] in
        let isComplete = running.stream.stop()
        if !isComplete { log.error("\(running.stream.name): an output could not be completed in time") }
        return isComplete
      }
    }
  }
}

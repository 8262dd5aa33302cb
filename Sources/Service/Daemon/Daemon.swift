import Foundation
import Kapao
import Logging
import Pipeline
import Support
import VideoIO

/// Runs the streams of a configuration, and changes over to another while they run.
package final class Daemon: @unchecked Sendable {
  // @unchecked: what changes is only touched under `lock`; `changes` orders the callers of `apply`.

  /// The share of the streams that runs here; `nil` for all.
  package let shard: Shard?
  private let log: Logger
  private let changes = NSLock()
  private let lock = NSLock()
  private var configuration: ServiceConfiguration?
  private var networks: [NetworkSettings: (detector: PoseDetector, model: Model)] = [:]
  private var streams: [String: RunningStream] = [:]
  private var isStopped = false
  /// Streams that are completing their outputs.
  private let ends = EndResults()

  /// A daemon without streams.
  ///
  /// - Parameter shard: Which streams of a configuration it takes, by their names.
  package init(log: Logger, shard: Shard? = nil) {
    self.log = log
    self.shard = shard
  }

  /// How the streams are doing, in the order of the configuration.
  package var statuses: [LiveStatus] { running.map(\.stream.status) }

  /// The picture of a stream.
  package func picture(of name: String) -> LivePicture? { lock.withLock { streams[name]?.picture } }

  /// A stream.
  func stream(_ name: String) -> LiveStream? { lock.withLock { streams[name]?.stream } }

  /// Whether every stream is looked after.
  package var isHealthy: Bool { running.allSatisfy(\.stream.isHealthy) }

  private var running: [RunningStream] {
    lock.withLock { (configuration?.streams ?? []).compactMap { streams[$0.name] } }
  }

  /// Starts, ends and replaces streams so that those of `new` run. Streams that have not changed do not notice. After
  /// ``stop()`` nothing starts any more.
  ///
  /// - Throws: What a model's file is not good for; then everything stays as it was.
  package func apply(_ new: ServiceConfiguration) throws {
    changes.lock()
    defer { changes.unlock() }
    var new = new
    if let shard {
      let all = new.streams.count
      new.streams.removeAll { !shard.has($0.name) }
      log.notice("share \(shard) has \(new.streams.count) of \(all.counted("stream"))")
    }
    let (old, loaded) = lock.withLock { (configuration, networks) }
    let plan = StreamPlan(from: old, to: new)
    var needed: [NetworkSettings: (detector: PoseDetector, model: Model)] = [:]
    for settings in new.streams.map(\.network) where needed[settings] == nil {
      needed[settings] = try loaded[settings] ?? settings.load()
    }
    end(plan.stopping)
    ends.wait()
    plan.unpublished.forEach(clear)
    lock.withLock {
      networks = needed
      configuration = new
      // What did not change is still to be noticed the next time.
      if let old { configuration?.http = old.http }
    }
    for stream in plan.starting {
      if let network = needed[stream.network] {
        begin(stream, detector: network.detector, model: network.model)
      }
    }
    for name in plan.ignored {
      log.warning("\(name): the change is not applied; it takes effect when the program is started anew")
    }
  }

  /// Ends all streams and completes their outputs, also while another configuration is being applied; whether that was
  /// possible in time.
  @discardableResult
  package func stop() -> Bool {
    end(
      lock.withLock {
        isStopped = true
        return Array(streams.keys)
      })
    return ends.wait()
  }

  private func begin(_ configuration: StreamConfiguration, detector: PoseDetector, model: Model) {
    var log = log
    log[metadataKey: "stream"] = "\(configuration.name)"
    let settings = configuration.settings(for: model)
    let picture = LivePicture(stream: configuration.name)
    let factory = OutputFactory(
      stream: configuration.name, skeleton: detector.skeleton,
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, hasStates: settings.tracking.detectEvery != .all,
      log: log)
    lock.withLock {
      guard !isStopped else { return }
      let outputs = configuration.outputs.map { factory.output($0) }
      let stream = LiveStream(settings, detector: detector, receivers: [picture] + outputs, log: log)
      streams[configuration.name] = RunningStream(stream: stream, picture: picture)
      log.notice("started: \(configuration.source.description)")
      stream.start()
    }
  }

  /// Begins to remove what a broker has retained of a stream.
  private func clear(_ publication: StreamPlan.Publication) {
    ends.add(label: "kapao.\(publication.stream).clear") { [log] in
      do {
        try MQTTSink.clear(publication.address, stream: publication.stream)
      } catch {
        log.warning("\(publication.stream): its state stays with the broker: \(Redaction.redact("\(error)"))")
      }
      return true
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

/// A stream of the daemon, with the picture for its viewers.
struct RunningStream: Sendable {
  let stream: LiveStream
  let picture: LivePicture
}

/// Streams that end at the same time, and whether all of them ended well.
final class EndResults: Sendable {
  private let group = DispatchGroup()
  private let isGood = Locked(true)

  /// Ends one on a queue of its own.
  func add(label: String, _ end: @escaping @Sendable () -> Bool) {
    DispatchQueue(label: label).async(group: group) { [self] in
      let good = end()
      isGood.withLock { $0 = $0 && good }
    }
  }

  /// Waits for all; whether all so far have ended well.
  @discardableResult
  func wait() -> Bool {
    group.wait()
    return isGood.value
  }
}

/// Makes the outputs of a stream.
struct OutputFactory {
  let stream: String
  let skeleton: Skeleton
  let keypointObjectsOnly: Bool
  let hasStates: Bool
  let log: Logger

  func output(_ configuration: OutputConfiguration) -> LiveOutput {
    switch configuration {
    case .video(let path, let codec, let options):
      return .video(path, stream: stream, codec: codec, options: options, writesOver: false, log: log)
    case .record(let files, let codec):
      return .recording(
        files.folder, stream: stream, ending: files.ending, seconds: files.seconds, retention: files.retention,
        codec: codec, log: log)
    case .poses(let files):
      return .poses(
        folder: files.folder, format: LivePoseFormat(rawValue: files.ending) ?? .csv, seconds: files.seconds,
        retention: files.retention, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly,
        hasStates: hasStates, log: log)
    case .mqtt(let address):
      return .mqtt(address, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, log: log)
    }
  }
}

import ArgumentParser
import Export
import Foundation
import Inference
import Kapao
import Logging
import Pipeline
import Service
import Support
import YAMLFile

/// `kapao-video stream`.
struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Draws the poses into one live stream, and stays up when the source goes away.",
    discussion: """
      The newest frame wins: frames that the network is too slow for are dropped and counted. A source that is \
      absent, ends, or falls silent is connected again, after 1 s at first and up to 60 s later; meanwhile videos show \
      "NO SIGNAL". Ctrl-C or SIGTERM completes the outputs.

      SOURCES: rtsp:// rtsps:// http(s):// (MJPEG, HLS) rtmp:// srt:// udp:// rtp://, a webcam as /dev/video0 or \
      v4l2:NAME, screen, lavfi:GRAPH, or a file at its own pace. ${NAME} in a source or output is replaced by the \
      environment variable, so that passwords stay out of the list of processes.

      EXAMPLES:
        kapao-video stream rtsp://camera/stream1 -o rtsp://127.0.0.1:8554/annotated
        kapao-video stream 'rtsp://viewer:${PASSWORD}@camera/live' --record files
        kapao-video stream /dev/video0 -o live.m3u8 --max-fps 10
        kapao-video stream match.mp4 --loop -o udp://127.0.0.1:5000
      """)

  @Argument(help: "Source.")
  var source: String

  @OptionGroup(title: "Outputs") var outputs: LiveOutputOptions
  @OptionGroup(title: "Source") var sourceOptions: LiveSourceOptions
  @OptionGroup var analysis: LiveAnalysisOptions

  @Option(help: "The stream's name, in the names of recordings, in topics and in logs.")
  var name = "stream"

  @Option(help: "Seconds from one line of numbers to the next; 0 for none.")
  var statsInterval: Double = 10

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  func validate() throws {
    guard (0...86400).contains(statsInterval) else {
      throw ValidationError("--stats-interval must be between 0 and 86400 seconds.")
    }
    guard StreamConfiguration.isName(name) else {
      throw ValidationError("--name takes at most 64 letters, digits, - and _.")
    }
    try OutputCheck(
      inputs: [source], others: [analysis.camera.court], model: analysis.network.model,
      videos: outputs.output + [outputs.csv, outputs.ndjson].compactMap { $0 }
    ).validate()
  }

  func run() throws {
    let source = try sourceOptions.source(SecretText.expand(argument: source))
    let analysis = analysis.settings
    let overlay = try analysis.overlay.settings()
    let log = ServiceLog.make(quiet: quiet)
    Notice.handler.withLock { $0 = { log.notice("\($0)") } }
    let (detector, model) = try analysis.network().load()
    var settings = LiveSettings(name: name, source: source, analysis: analysis, overlay: overlay, model: model)
    settings.carriesAudio = !sourceOptions.noSound
    settings.maximumRate = sourceOptions.maxFps
    settings.rules.stall = sourceOptions.stallTimeout
    let receivers = try outputs.receivers(
      stream: settings.name, skeleton: detector.skeleton,
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, hasStates: settings.tracking.detectEvery != .all,
      log: log)
    let stream = LiveStream(settings, detector: detector, receivers: receivers, log: log)
    let interruption = Interruption()
    InterruptHandler.shared.onInterrupt { interruption.end(stream) }
    let reporter = LiveReporter(stream: stream, interval: quiet ? 0 : statsInterval)
    stream.start()
    reporter.start()
    stream.waitUntilEnded()
    let isComplete = interruption.isComplete ?? stream.stop()
    reporter.stop()
    if !quiet { reporter.print() }
    guard isComplete else { throw LiveError.unfinished }
    if interruption.isComplete != nil { throw ExitCode(ExitStatus.interrupted.rawValue) }
    if let failure = stream.failure { throw failure }
    if let broken = stream.status.outputs.first(where: { $0.failures > 0 }) {
      throw LiveError.output(broken.lastError ?? broken.name)
    }
  }
}

/// Why a live run ended badly.
enum LiveError: Error, CustomStringConvertible {
  /// Outputs could not be completed in time.
  case unfinished
  /// The source has ended, and an output does not have all of it.
  case output(String)

  var description: String {
    switch self {
    case .unfinished: "an output could not be completed in time"
    case .output(let text): "an output is not complete: \(text)"
    }
  }
}

/// Ends a stream when the user asks for it, and remembers how that went.
final class Interruption: @unchecked Sendable {
  // @unchecked: everything is only touched under the condition's lock.

  private let condition = NSCondition()
  private var isEnding = false
  private var result: Bool?

  /// Begins to end the stream; returns at once.
  func end(_ stream: LiveStream) {
    condition.withLock { isEnding = true }
    DispatchQueue(label: "kapao.interruption").async { [self] in
      let isComplete = stream.stop()
      condition.withLock {
        result = isComplete
        condition.broadcast()
      }
    }
  }

  /// Whether the outputs were completed in time, once that is known; `nil` if nobody asked for an end.
  var isComplete: Bool? {
    condition.withLock {
      while isEnding, result == nil { condition.wait() }
      return result
    }
  }
}

/// Prints a live stream's numbers from time to time.
final class LiveReporter: @unchecked Sendable {
  // @unchecked: the timer is made before and cancelled after everything else.

  private let stream: LiveStream
  private let interval: Double
  private let queue = DispatchQueue(label: "kapao.report")
  private var timer: (any DispatchSourceTimer)?

  init(stream: LiveStream, interval: Double) {
    self.stream = stream
    self.interval = interval
  }

  func start() {
    guard interval > 0 else { return }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + interval, repeating: interval)
    timer.setEventHandler { [self] in print() }
    timer.resume()
    self.timer = timer
  }

  func stop() { timer?.cancel() }

  /// Prints the numbers once.
  func print() {
    StandardError.print(Self.text(stream.status))
  }

  /// For example `streaming 1280x720: 25.0 frames/s in, 12.1 out; …`.
  static func text(_ status: LiveStatus) -> String {
    var state = status.state.rawValue
    if let width = status.width, let height = status.height { state += " \(width)x\(height)" }
    let counters = status.counters
    var parts = [
      String(format: "%@: %.1f frames/s in, %.1f out", state, status.sourceRate, status.processedRate),
      "\(counters.read) read, \(counters.processed) processed, \(counters.dropped) dropped, \(counters.skipped) skipped",
    ]
    if counters.predicted > 0 {
      parts.append("\(counters.detected) detected, \(counters.predicted) predicted (every \(status.detectEvery))")
    }
    if let latency = status.latency {
      parts.append(String(format: "latency p50 %.0f ms, p95 %.0f ms", latency.p50 * 1000, latency.p95 * 1000))
    }
    if let inference = status.inference { parts.append(String(format: "inference p50 %.0f ms", inference.p50 * 1000)) }
    parts.append("\(status.outages) outages")
    for output in status.outputs where output.dropped > 0 || !output.isOpen {
      parts.append("\(output.name): \(output.isOpen ? "" : "not open, ")\(output.dropped) dropped")
    }
    return parts.joined(separator: "; ")
  }
}

import ArgumentParser
import Export
import Foundation
import Kapao
import Logging
import Pipeline
import Service

/// `kapao-video stream`.
struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Draws the poses into one live stream, and stays up when the source goes away.",
    discussion: """
      The newest picture wins: pictures that the network is too slow for are left out and counted. A source that is \
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
  }

  func run() throws {
    let source = try sourceOptions.source(SecretText.expand(argument: source))
    let (networks, model) = try analysis.networkSettings().load()
    var settings = analysis.settings(name: name, source: source, model: model)
    settings.carriesSound = !sourceOptions.noSound
    settings.maximumRate = sourceOptions.maxFps
    settings.rules.stall = sourceOptions.stallTimeout
    let log = ServiceLog.make(quiet: quiet)
    let receivers = try outputs.receivers(
      stream: settings.name, skeleton: networks.skeleton,
      keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, hasStates: settings.tracking.detectEvery != .all,
      log: log)
    let stream = LiveStream(settings, networks: networks, receivers: receivers, log: log)
    let interruption = Interruption()
    let signals = InterruptHandler { interruption.end(stream) }
    defer { signals.cancel() }
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

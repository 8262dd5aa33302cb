import ArgumentParser
import Foundation
import Inference
import Kapao
import Pipeline
import Service
import Support

/// `kapao-video serve`.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Runs many live streams as a service, with a web page that shows them.",
    discussion: """
      The configuration is checked before anything starts. SIGHUP reads it again: streams that have not changed go on \
      undisturbed. SIGTERM and Ctrl-C complete all outputs.

      EXAMPLES:
        kapao-video serve --config kapao-video.yaml
        kapao-video serve --config kapao-video.yaml --check
        kapao-video serve --config kapao-video.yaml --shard 2/3
      """)

  @Option(help: "Configuration (YAML).")
  var config: String

  @Option(
    help: ArgumentHelp(
      "Run this share of the streams, chosen by their names: i/n, or auto for what a scheduler says.",
      valueName: "i/n|auto"),
    transform: Shard.init(option:))
  var shard: Shard?

  @Flag(
    help: "Check the configuration and its models and end: 0 if they are good, 2 with a line for each problem, or 3.")
  var check = false

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print details.")
  var verbose = false

  func run() throws {
    let reader = ConfigurationReader()
    let configuration = try reader.read(config)
    if check {
      var networks: Set<NetworkSettings> = []
      for stream in configuration.streams where networks.insert(stream.network).inserted {
        _ = try stream.network.load()
      }
      print("\(config): good, \(configuration.streams.count.counted("stream"))")
      if let shard {
        let names = configuration.streams.map(\.name).filter { shard.has($0) }
        print("share \(shard): \(names.isEmpty ? "none" : names.joined(separator: ", "))")
      }
      return
    }
    let log = ServiceLog.make(quiet: quiet, verbose: verbose)
    Notice.handler.withLock { $0 = { log.notice("\($0)") } }
    let daemon = Daemon(log: log, shard: shard)
    let runner = ServiceRunner(daemon: daemon, reader: reader, path: config, log: log)
    try runner.run(configuration, version: KapaoVideo.version)
  }
}

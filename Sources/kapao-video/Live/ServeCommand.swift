import ArgumentParser
import Foundation
import Kapao
import Pipeline
import Service

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
      """)

  @Option(help: "Configuration (YAML).")
  var config: String

  @Flag(help: "Check the configuration and end: 0 if it is good, 2 with a line for each problem if not.")
  var check = false

  @Flag(name: .shortAndLong, help: "Print nothing but warnings and errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print details.")
  var verbose = false

  func run() throws {
    let reader = ConfigurationReader(LiveAnalysisOptions.grammar)
    let configuration = try reader.read(config)
    if check {
      print("\(config): good, \(configuration.streams.count.counted("stream"))")
      return
    }
    let log = ServiceLog.make(quiet: quiet, verbose: verbose)
    let daemon = Daemon(log: log)
    let runner = ServiceRunner(daemon: daemon, reader: reader, path: config, log: log)
    try runner.run(configuration, version: KapaoVideo.version)
  }
}

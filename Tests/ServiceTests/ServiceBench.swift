import Foundation
import Kapao
import Logging
import Pipeline
import Service
import TestSupport

/// A daemon with a network that is quick and finds nobody.
enum ServiceBench {
  /// A few options, as the command line might have them.
  static let grammar = AnalysisGrammar(
    options: [
      .init(name: "size"), .init(name: "pose-confidence"), .init(name: "model"), .init(name: "bbox", isFlag: true),
      .init(name: "skeleton", isFlag: true, hasInverse: true),
    ]
  ) { arguments throws(AnalysisGrammar.Problem) in
    func value(_ name: String) -> String? {
      arguments.last { $0.hasPrefix("--\(name)=") }.map { String($0.dropFirst(name.count + 3)) }
    }
    var network = NetworkSettings(
      model: value("model") ?? Fixtures.path("reference/kapao_tiny_coco_random.pt"), threads: 1)
    guard let size = Int(value("size") ?? "128") else {
      throw AnalysisGrammar.Problem("The value is invalid for '--size <size>'")
    }
    guard let confidence = Float(value("pose-confidence") ?? "0.5"), (0...1).contains(confidence) else {
      throw AnalysisGrammar.Problem("--pose-confidence must be between 0 and 1.")
    }
    if size > 1000, arguments.contains("--bbox") {
      throw AnalysisGrammar.Problem("--bbox needs a --size below 1000.")
    }
    network.inputSize = size
    return StreamAnalysis(arguments: arguments, network: network) { name, source, _ in
      LiveSettings(name: name, source: source, thresholds: Preset.demo.thresholds)
    }
  }

  static func daemon(_ log: Logger = silence) -> Daemon { Daemon(log: log) }

  static func reader(_ environment: [String: String] = ["MQTT_WORD": "right#/@"]) -> ConfigurationReader {
    ConfigurationReader(grammar, environment: environment)
  }

  static func configuration(_ text: String) throws -> ServiceConfiguration {
    try reader().read(text, path: "test.yaml")
  }

  /// A log that nobody reads.
  static var silence: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  /// Waits until a condition holds; whether it did within the limit.
  static func wait(_ limit: Double = 20, until condition: () throws -> Bool) async rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: limit)
    while Date() < end {
      if try condition() { return true }
      await Task.yield()
      usleep(20_000)
    }
    // Other tests may have kept this one from running for so long.
    return try condition()
  }
}

import Foundation
import Kapao
import Logging
import Pipeline
import Service
import TestSupport

/// A daemon with a network that is quick and finds nobody.
enum ServiceBench {
  static func daemon() -> Daemon {
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    return Daemon(log: log) { _ in
      let model = try Model.load(Fixtures.path("reference/kapao_tiny_coco_random.pt"))
      return (try NetworkProvider(model: model, inputSize: 128, threads: 1), model)
    }
  }

  static func configuration(_ text: String) throws -> ServiceConfiguration {
    try ConfigurationReader(environment: ["MQTT_WORD": "right#/@"]).read(text, path: "test.yaml")
  }

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

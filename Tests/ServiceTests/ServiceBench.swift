import Foundation
import Kapao
import Logging
import Pipeline
import Service
import TestSupport

/// A daemon with a network that is quick and finds nobody.
enum ServiceBench {
  /// What a configuration goes by that says nothing of the analysis.
  static let usual: AnalysisSettings = {
    var settings = AnalysisSettings()
    settings.detection.model = Fixtures.path("reference/kapao_tiny_coco_random.pt")
    settings.detection.size = 128
    settings.detection.threads = 1
    settings.detection.preset = .demo
    return settings
  }()

  static func daemon(_ log: Logger = silence) -> Daemon { Daemon(log: log) }

  static func reader(_ environment: [String: String] = ["MQTT_WORD": "right#/@"]) -> ConfigurationReader {
    ConfigurationReader(usual: usual, environment: environment)
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

  /// A port that nobody listens on.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
      }
    }
    guard result == 0 else { throw POSIXError(.EADDRINUSE) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

import Foundation

/// The MQTT broker of the tests.
enum Mosquitto {
  /// Whether broker and clients are installed.
  static let isAvailable =
    FileManager.default.isExecutableFile(atPath: "/usr/sbin/mosquitto")
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/mosquitto_sub")
}

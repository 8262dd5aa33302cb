import Foundation
import TestSupport

/// A real MQTT broker, mosquitto, in a process of its own.
final class Mosquitto {
  /// Whether broker and clients are installed.
  static let isAvailable =
    FileManager.default.isExecutableFile(atPath: "/usr/sbin/mosquitto")
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/mosquitto_sub")
  /// What a test says when they are not.
  static let missing = "mosquitto is not installed; scripts/setup.sh installs it"

  let port: Int
  private let folder: URL
  private let settings: [String]
  private var process: Process?

  /// A broker that is not yet started.
  ///
  /// - Parameter settings: Lines of its configuration after `listener`.
  init(in folder: URL, _ settings: String...) throws {
    port = try ServiceBench.freePort()
    self.folder = folder
    self.settings = settings.isEmpty ? ["allow_anonymous true"] : settings
  }

  deinit { kill(SIGKILL) }

  func start() throws {
    let file = folder.appendingPathComponent("mosquitto-\(port).conf")
    let lines = ["listener \(port) 127.0.0.1", "user root"] + settings
    try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    process.arguments = ["-c", file.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
  }

  /// Sends a signal and, where it ends the process, waits for that.
  func kill(_ signal: Int32) {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, signal)
    if signal == SIGKILL { process.waitUntilExit() }
  }

  /// The next messages of a topic, as `TOPIC MESSAGE`.
  func messages(_ topic: String, count: Int, within seconds: Int = 10, _ arguments: String...) -> [String] {
    // Its own limit is a signal, which whoever starts it may have blocked.
    let result = Media.run(
      "timeout",
      ["-s", "KILL", "\(seconds)", "mosquitto_sub"]
        + ["-h", "127.0.0.1", "-p", "\(port)", "-t", topic, "-v", "-C", "\(count)"] + arguments)
    return result.output.split(separator: "\n").map(String.init)
  }
}

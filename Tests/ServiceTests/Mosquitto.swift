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
    port = try Self.freePort()
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
  func messages(_ topic: String, count: Int, _ arguments: String...) -> [String] {
    let result = Media.run(
      "mosquitto_sub",
      ["-h", "127.0.0.1", "-p", "\(port)", "-t", topic, "-v", "-C", "\(count)", "-W", "10"] + arguments)
    return result.output.split(separator: "\n").map(String.init)
  }

  /// A port that nobody listens on.
  private static func freePort() throws -> Int {
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

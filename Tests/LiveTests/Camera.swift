import Foundation
import TestSupport

/// A camera: gst-rtsp-server in a process of its own, which can be killed, frozen and started again on the same port.
final class Camera {
  /// Whether the server's packages are installed.
  static let isAvailable: Bool = {
    let check = "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')"
    return Media.run("/usr/bin/python3", ["-c", check]).status == 0
  }()

  /// What a test says when they are not.
  static let missing = "gst-rtsp-server is not installed; scripts/setup.sh installs it"

  private(set) var port = 0
  private var process: Process?

  deinit { kill(SIGKILL) }

  /// Starts it, on the port that it had before, and waits until it answers.
  func start(_ arguments: String..., size: String = "320x180") throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-u", Fixtures.path("rtsp_server.py"), "\(port)", size] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    self.process = process
    var text = ""
    while !text.hasSuffix("\n"), case let data = output.fileHandleForReading.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
    }
    guard let found = Int(text.split(separator: " ").last?.trimmingCharacters(in: .newlines) ?? ""), found > 0 else {
      throw CameraError(output: text)
    }
    port = found
  }

  /// Sends a signal and, where it ends the process, waits for that.
  func kill(_ signal: Int32) {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, signal)
    if [SIGTERM, SIGKILL].contains(signal) { process.waitUntilExit() }
  }

  func url(_ path: String = "live", user: String = "") -> String { "rtsp://\(user)127.0.0.1:\(port)/\(path)" }
}

/// A camera that did not start.
struct CameraError: Error {
  let output: String
}

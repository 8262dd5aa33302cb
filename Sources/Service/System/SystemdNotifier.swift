import Foundation

/// Tells systemd how the service is doing, as `sd_notify` does.
package struct SystemdNotifier: Sendable {
  private let path: String
  /// Seconds from one sign of life to the next, where systemd wants any.
  package let watchdogInterval: Double?

  /// `nil` where the program was not started by systemd, or not with `Type=notify`.
  package init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"), path.utf8.count < 108
    else { return nil }
    self.path = path
    watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 1e6 / 2 }
  }

  /// Sends a state such as `READY=1`.
  package func send(_ state: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // A name that begins with @ is in no folder: its first byte is zero.
    if name[0] == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name[0] == 0 ? 0 : 1))
    let bytes = Array(state.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
  }
}

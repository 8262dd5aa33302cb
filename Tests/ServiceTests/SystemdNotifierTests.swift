import Foundation
import Service
import TestSupport
import Testing

@Suite("systemd")
struct SystemdNotifierTests {
  @Test("without systemd there is nobody to tell")
  func nobody() {
    #expect(SystemdNotifier(environment: [:]) == nil)
    #expect(SystemdNotifier(environment: ["NOTIFY_SOCKET": "nonsense"]) == nil)
  }

  @Test("the watchdog gets two signs of life in its time")
  func interval() {
    let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "30000000"])
    #expect(notifier?.watchdogInterval == 15)
  }

  @Test("states arrive at the socket")
  func states() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("s").path
      let receiver = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
      defer { close(receiver) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      let isBound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(isBound == 0)
      SystemdNotifier(environment: ["NOTIFY_SOCKET": path])?.send("READY=1")
      var buffer = [UInt8](repeating: 0, count: 64)
      let count = recv(receiver, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1")
    }
  }
}

import Foundation
import Service
import TestSupport
import Testing

/// With a real broker, mosquitto, in a process of its own.
@Suite(
  "MQTT with a broker", .serialized,
  .enabled(if: Mosquitto.isAvailable, "mosquitto is not installed; scripts/setup.sh installs it"))
struct MQTTBrokerTests {
  @Test("poses and availability reach those who subscribe, also when the broker comes late")
  func messages() async throws {
    let port = try Self.freePort()
    let daemon = ServiceBench.daemon()
    try daemon.apply(
      try ServiceBench.configuration(
        "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25', outputs: [{mqtt: 'mqtt://127.0.0.1:\(port)/hall'}]}}"))
    #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].failures > 0 })
    let broker = Process()
    broker.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    broker.arguments = ["-p", "\(port)"]
    broker.standardOutput = FileHandle.nullDevice
    broker.standardError = FileHandle.nullDevice
    try broker.run()
    defer { kill(broker.processIdentifier, SIGKILL) }
    #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].isOpen })
    let received = Media.run(
      "mosquitto_sub", ["-p", "\(port)", "-t", "hall/one/#", "-v", "-C", "5", "-W", "10"]
    ).output.split(separator: "\n")
    #expect(received.contains("hall/one/available online"))
    #expect(received.contains("hall/one/source streaming"))
    #expect(received.contains { $0.hasPrefix("hall/one/poses {\"clock\":") && $0.contains("\"people\":[]") })
    #expect(daemon.stop())
    let last = Media.run(
      "mosquitto_sub", ["-p", "\(port)", "-t", "hall/one/available", "-v", "-C", "1", "-W", "10"]
    ).output
    #expect(last == "hall/one/available offline\n")
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
    try #require(result == 0)
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

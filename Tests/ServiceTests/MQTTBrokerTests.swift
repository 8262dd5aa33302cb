import Foundation
import Service
import TestSupport
import Testing

@Suite("MQTT with a broker", .serialized, .enabled(if: Mosquitto.isAvailable, "\(Mosquitto.missing)"))
struct MQTTBrokerTests {
  /// A daemon with one stream that publishes to a broker.
  private func daemon(_ output: String) throws -> Daemon {
    let daemon = ServiceBench.daemon()
    try daemon.apply(
      try ServiceBench.configuration(
        "streams: {one: {source: 'lavfi:testsrc2=s=160x90:r=25', outputs: [{\(output)}]}}"))
    return daemon
  }

  @Test("poses and the stream's state reach those who subscribe, also when the broker comes late or is killed")
  func messages() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      let daemon = try daemon("mqtt: 'mqtt://127.0.0.1:\(broker.port)/hall'")
      #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].failures > 0 })
      #expect(daemon.statuses[0].outputs[0].lastError?.contains("refused") == true)
      for _ in 0..<2 {
        try broker.start()
        #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].isOpen })
        let received = broker.messages("hall/one/#", count: 5)
        #expect(received.contains("hall/one/state streaming"))
        #expect(received.contains { $0.hasPrefix("hall/one/poses {\"frame\":") && $0.contains("\"people\":[]") })
        broker.kill(SIGKILL)
        #expect(await ServiceBench.wait { !daemon.statuses[0].outputs[0].isOpen })
      }
      try broker.start()
      #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].isOpen })
      #expect(daemon.stop())
      #expect(broker.messages("hall/one/#", count: 1) == ["hall/one/state offline"])
    }
  }

  @Test("what a broker has retained of a stream goes with the stream, or with its output")
  func removed() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      try broker.start()
      func stream(_ name: String, to prefix: String) -> String {
        "\(name): {source: 'lavfi:testsrc2=s=160x90:r=25', outputs: [{mqtt: 'mqtt://127.0.0.1:\(broker.port)/\(prefix)'}]}"
      }
      let daemon = ServiceBench.daemon()
      try daemon.apply(
        try ServiceBench.configuration(
          "streams: {\(stream("gone", to: "hall")), \(stream("moved", to: "hall")), \(stream("stays", to: "hall"))}"))
      #expect(await ServiceBench.wait { daemon.statuses.allSatisfy { $0.outputs[0].written > 5 } })
      try daemon.apply(
        try ServiceBench.configuration("streams: {\(stream("moved", to: "court")), \(stream("stays", to: "hall"))}"))
      #expect(await ServiceBench.wait { daemon.statuses.allSatisfy { $0.outputs[0].written > 5 } })
      #expect(daemon.stop())
      #expect(
        Set(broker.messages("+/+/state", count: 3, within: 2))
          == ["court/moved/state offline", "hall/stays/state offline"])
    }
  }

  @Test("the broker itself says that a publisher has gone which did not say so")
  func will() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      try broker.start()
      let address = try #require(MQTTAddress("mqtt://127.0.0.1:\(broker.port)/hall"))
      var sink: MQTTSink?
      #expect(
        await ServiceBench.wait {
          sink = try? MQTTSink(address, stream: "one", skeleton: .coco17)
          return sink != nil
        })
      let other = try MQTTClient(address, name: "test", will: nil)
      try other.publish("hall/one/state", "streaming".utf8, retain: true)
      try other.disconnect()
      #expect(broker.messages("hall/one/#", count: 1) == ["hall/one/state streaming"])
      sink?.abandon()
      sink = nil
      #expect(await ServiceBench.wait { broker.messages("hall/one/#", count: 1) == ["hall/one/state offline"] })
    }
  }

  @Test("two outputs of one stream to one broker get on with each other")
  func twice() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      try broker.start()
      let daemon = try daemon("mqtt: 'mqtt://127.0.0.1:\(broker.port)/a'}, {mqtt: 'mqtt://127.0.0.1:\(broker.port)/b'")
      #expect(await ServiceBench.wait { daemon.statuses[0].outputs.allSatisfy { $0.written > 50 } })
      // A broker that is still starting refuses at first; one that throws somebody out goes on doing so.
      #expect(daemon.statuses[0].outputs.allSatisfy { $0.failures < 3 && $0.isOpen })
      #expect(daemon.stop())
    }
  }

  @Test("a wrong password is refused and named, a right one from the environment is taken")
  func password() async throws {
    try await Media.withFolder { folder in
      let passwords = folder.appendingPathComponent("passwords").path
      #expect(Media.run("mosquitto_passwd", ["-b", "-c", passwords, "me", "right#/@"]).status == 0)
      let broker = try Mosquitto(in: folder, "password_file \(passwords)")
      try broker.start()
      let wrong = try daemon("mqtt: 'mqtt://me:wrong@127.0.0.1:\(broker.port)'")
      #expect(
        await ServiceBench.wait { wrong.statuses[0].outputs[0].lastError?.contains("not authorised") == true })
      #expect(wrong.statuses[0].outputs[0].lastError?.contains("wrong") == false)
      #expect(wrong.stop())
      let right = try daemon("mqtt: 'mqtt://127.0.0.1:\(broker.port)', user: me, password: '${MQTT_WORD}'")
      #expect(await ServiceBench.wait { right.statuses[0].outputs[0].isOpen })
      #expect(right.stop())
    }
  }

  @Test("TLS is spoken with a broker for which the given authority vouches, and with no other")
  func encrypted() async throws {
    try await Media.withFolder { folder in
      let certificates = try Certificates(in: folder)
      let broker = try Mosquitto(
        in: folder, "allow_anonymous true", "cafile \(certificates.path("ca.pem"))",
        "certfile \(certificates.path("server.pem"))", "keyfile \(certificates.path("server.key"))",
        "require_certificate true")
      let early = try daemon("mqtt: 'mqtts://127.0.0.1:\(broker.port)'")
      // The second is what libmosquitto 2.0.21 says by itself.
      let unreachable = ["the broker cannot be reached", "Connection refused"]
      #expect(
        await ServiceBench.wait {
          unreachable.contains { early.statuses[0].outputs[0].lastError?.contains($0) == true }
        })
      #expect(early.stop())
      try broker.start()
      let url = "mqtts://127.0.0.1:\(broker.port)/hall"
      let (ca, key) = (certificates.path("ca.pem"), certificates.path("client.key"))
      let good = try daemon(
        "mqtt: '\(url)', ca_file: \(ca), cert_file: \(certificates.path("client.pem")), key_file: \(key)")
      #expect(await ServiceBench.wait { good.statuses[0].outputs[0].isOpen })
      let received = broker.messages(
        "hall/one/#", count: 3, "--cafile", ca, "--cert", certificates.path("client.pem"), "--key", key)
      #expect(received.contains { $0.hasPrefix("hall/one/poses {") })
      #expect(good.stop())
      // Nobody whom the system trusts vouches for this broker.
      let bad = try daemon("mqtt: '\(url)'")
      #expect(
        await ServiceBench.wait { bad.statuses[0].outputs[0].lastError?.contains("certificate verify failed") == true })
      #expect(bad.statuses[0].outputs[0].written == 0)
      #expect(bad.stop())
      // And the broker wants to know who publishes.
      let unknown = try daemon("mqtt: '\(url)', ca_file: \(ca)")
      #expect(await ServiceBench.wait { unknown.statuses[0].outputs[0].failures > 0 })
      #expect(unknown.statuses[0].outputs[0].isOpen == false)
      #expect(unknown.stop())
    }
  }

  @Test("a broker that does not read slows nothing down, and gets poses again when it does")
  func frozen() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      try broker.start()
      let daemon = try daemon("mqtt: 'mqtt://127.0.0.1:\(broker.port)'")
      #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].isOpen })
      broker.kill(SIGSTOP)
      let before = daemon.statuses[0].counters.processed
      #expect(await ServiceBench.wait(10) { daemon.statuses[0].counters.processed > before + 100 })
      broker.kill(SIGCONT)
      let written = daemon.statuses[0].outputs[0].written
      #expect(await ServiceBench.wait { daemon.statuses[0].outputs[0].written > written + 10 })
      broker.kill(SIGSTOP)
      let start = Date()
      daemon.stop()
      #expect(Date().timeIntervalSince(start) < 5)
    }
  }

  @Test("messages that nobody reads do not pile up")
  func unread() async throws {
    try await Media.withFolder { folder in
      let broker = try Mosquitto(in: folder)
      try broker.start()
      let address = try #require(MQTTAddress("mqtt://127.0.0.1:\(broker.port)/hall"))
      var client: MQTTClient?
      #expect(
        await ServiceBench.wait {
          client = try? MQTTClient(address, name: "test", will: (topic: "hall", payload: "gone"))
          return client != nil
        })
      broker.kill(SIGSTOP)
      let message = [UInt8](repeating: 0x20, count: 2_000_000)
      let error = #expect(throws: MQTTError.self) {
        // More than the sockets take.
        for _ in 0..<40 { try client?.publish("hall", message) }
      }
      #expect(error?.reason == "the broker does not read")
    }
  }
}

import Foundation
import Service
import Testing

@Suite("MQTT")
struct MQTTTests {
  @Test("a connection asks for a clean session and leaves a retained will")
  func connect() {
    let packet = MQTTPacket.connect(
      .init(client: "c", user: "u", password: "p", keepAlive: 30, will: (topic: "t", payload: [0x6F])))
    let expected: [UInt8] = [
      0x10, 25, 0, 4, 0x4D, 0x51, 0x54, 0x54, 4, 0b1110_0110, 0, 30,
      0, 1, 0x63, 0, 1, 0x74, 0, 1, 0x6F, 0, 1, 0x75, 0, 1, 0x70,
    ]
    #expect(packet.count == expected.count)
    #expect(packet == expected)
  }

  @Test(
    "lengths take as many bytes as they need",
    arguments: [(124, [0x7F]), (125, [0x80, 0x01]), (16380, [0xFF, 0x7F]), (16381, [0x80, 0x80, 0x01])]
      as [(Int, [UInt8])])
  func lengths(payload: Int, expected: [UInt8]) {
    let packet = MQTTPacket.publish(topic: "t", payload: [UInt8](repeating: 0, count: payload))
    #expect(Array(packet[1..<(1 + expected.count)]) == expected)
    #expect(packet.count == 1 + expected.count + 3 + payload)
  }

  @Test("a broker's refusal is put into words")
  func refusals() {
    #expect(MQTTPacket.refusal([0x20, 2, 0, 0]) == nil)
    #expect(MQTTPacket.refusal([0x20, 2, 0, 4]) == "wrong user or password")
    #expect(MQTTPacket.refusal([]) == "no MQTT broker answers")
    #expect(MQTTPacket.refusal(Array("HTTP".utf8)) == "no MQTT broker answers")
  }

  @Test("addresses have a broker, a port and a prefix, and hide the password")
  func addresses() throws {
    let address = try #require(MQTTAddress("mqtt://me:secret@broker:1999/sports/hall"))
    #expect(address.host == "broker")
    #expect(address.port == 1999)
    #expect(address.prefix == "sports/hall")
    #expect(address.password == "secret")
    #expect(address.description == "mqtt://***@broker:1999/sports/hall")
    #expect(MQTTAddress("mqtt://broker")?.prefix == "kapao-video")
    #expect(MQTTAddress("http://broker") == nil)
    #expect(MQTTAddress("mqtt://broker/a/#") == nil)
  }
}

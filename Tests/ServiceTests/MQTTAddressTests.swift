import Service
import Testing

@Suite("Addresses of MQTT brokers")
struct MQTTAddressTests {
  @Test("addresses have a broker, a port and a prefix, and hide the password")
  func addresses() throws {
    let address = try #require(MQTTAddress("mqtt://me:secret@broker:1999/sports/hall"))
    #expect(address.host == "broker")
    #expect(address.port == 1999)
    #expect(address.prefix == "sports/hall")
    #expect(address.password == "secret")
    #expect(address.tls == nil)
    #expect(address.description == "mqtt://***@broker:1999/sports/hall")
    #expect(MQTTAddress("mqtt://broker")?.prefix == "kapao-video")
    #expect(MQTTAddress("http://broker") == nil)
    #expect(MQTTAddress("mqtt://broker/a/#") == nil)
  }

  @Test("with TLS the usual port is another")
  func encrypted() throws {
    #expect(MQTTAddress("mqtt://broker")?.port == 1883)
    let address = try #require(MQTTAddress("mqtts://broker"))
    #expect(address.port == 8883)
    #expect(address.tls == MQTTAddress.TLS())
  }
}

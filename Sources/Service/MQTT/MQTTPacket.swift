/// Packets of MQTT 3.1.1 (OASIS standard), as far as a publisher needs them.
package enum MQTTPacket {
  /// What a broker is told at the beginning.
  package struct Connect: Sendable {
    package var client: String
    package var user: String?
    package var password: String?
    package var keepAlive: UInt16
    /// What the broker publishes, retained, when the connection breaks.
    package var will: (topic: String, payload: [UInt8])

    package init(
      client: String, user: String?, password: String?, keepAlive: UInt16, will: (topic: String, payload: [UInt8])
    ) {
      self.client = client
      self.user = user
      self.password = password
      self.keepAlive = keepAlive
      self.will = will
    }
  }

  /// 3.1: the client connects, with a clean session and a will.
  package static func connect(_ connect: Connect) -> [UInt8] {
    var flags: UInt8 = 0b0010_0110
    var payload = text(connect.client) + text(connect.will.topic) + data(connect.will.payload)
    if let user = connect.user {
      flags |= 0b1000_0000
      payload += text(user)
      // A password without a user's name is not allowed (3.1.2.9).
      if let password = connect.password {
        flags |= 0b0100_0000
        payload += text(password)
      }
    }
    return packet(0x10, text("MQTT") + [4, flags] + number(connect.keepAlive) + payload)
  }

  /// 3.3: a message that is delivered at most once.
  package static func publish(topic: String, payload: [UInt8], retain: Bool = false) -> [UInt8] {
    packet(0x30 | (retain ? 1 : 0), text(topic) + payload)
  }

  /// 3.12: a sign of life.
  package static let ping: [UInt8] = [0xC0, 0]
  /// 3.14: an end without the will.
  package static let disconnect: [UInt8] = [0xE0, 0]

  /// 3.2: what a broker's answer to `connect` says; `nil` if it is good.
  package static func refusal(_ answer: [UInt8]) -> String? {
    guard answer.count == 4, answer[0] == 0x20, answer[1] == 2 else { return "no MQTT broker answers" }
    let reasons = [
      1: "the broker speaks another version of MQTT", 2: "the broker refuses the client's name",
      3: "the broker is not available", 4: "wrong user or password", 5: "not authorised",
    ]
    return answer[3] == 0 ? nil : reasons[Int(answer[3])] ?? "refused with code \(answer[3])"
  }

  private static func packet(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
    // 2.2.3: seven bits a byte, the least significant first.
    var length: [UInt8] = []
    var rest = content.count
    repeat {
      length.append(UInt8(rest % 128) | (rest >= 128 ? 0x80 : 0))
      rest /= 128
    } while rest > 0
    return [kind] + length + content
  }

  private static func text(_ text: String) -> [UInt8] { data(Array(text.utf8)) }

  private static func data(_ bytes: [UInt8]) -> [UInt8] { number(UInt16(clamping: bytes.count)) + bytes.prefix(65535) }

  private static func number(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xFF)] }
}

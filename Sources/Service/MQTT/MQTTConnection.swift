import Foundation
import VideoIO

/// A connection to a broker. Calls wait for the network, five seconds at most.
final class MQTTConnection {
  private static let keepAlive = 30.0
  private let address: MQTTAddress
  private var descriptor: Int32 = -1
  private var lastSent = 0.0

  /// Connects.
  ///
  /// - Throws: `MQTTError`.
  init(_ address: MQTTAddress, client: String, will: (topic: String, payload: [UInt8])) throws {
    self.address = address
    descriptor = try Self.open(address)
    do {
      try send(
        MQTTPacket.connect(
          .init(
            client: client, user: address.user, password: address.password, keepAlive: UInt16(Self.keepAlive),
            will: will)))
      var answer = [UInt8](repeating: 0, count: 4)
      let count = recv(descriptor, &answer, 4, Int32(MSG_WAITALL))
      if let refusal = MQTTPacket.refusal(Array(answer.prefix(max(0, count)))) { throw error(refusal) }
    } catch {
      close()
      throw error
    }
  }

  deinit { close() }

  /// Closes it without a word: the broker publishes the will.
  func close() {
    if descriptor >= 0 { Foundation.close(descriptor) }
    descriptor = -1
  }

  /// Ends it in order: the will is forgotten.
  func disconnect() throws {
    try send(MQTTPacket.disconnect)
    close()
  }

  /// Publishes a message.
  func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws {
    try send(MQTTPacket.publish(topic: topic, payload: payload, retain: retain))
  }

  /// Shows that it is alive, where nothing was sent for a while, and notices when the broker has gone.
  func keepUp() throws {
    if MonotonicTime.seconds - lastSent > Self.keepAlive / 2 { try send(MQTTPacket.ping) }
    var answers = [UInt8](repeating: 0, count: 256)
    while true {
      let count = recv(descriptor, &answers, answers.count, Int32(MSG_DONTWAIT))
      if count > 0 { continue }
      if count == 0 { throw error("the broker closed the connection") }
      if errno == EAGAIN || errno == EINTR { return }
      throw error(String(cString: strerror(errno)))
    }
  }

  private func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        throw error(errno == EAGAIN ? "the broker does not read" : String(cString: strerror(errno)))
      }
    }
    lastSent = MonotonicTime.seconds
  }

  private func error(_ reason: String) -> MQTTError { MQTTError(broker: address.description, reason: reason) }

  private static func open(_ address: MQTTAddress) throws -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let found = getaddrinfo(address.host, "\(address.port)", &hints, &list)
    guard found == 0 else {
      throw MQTTError(broker: address.description, reason: String(cString: gai_strerror(found)))
    }
    defer { freeaddrinfo(list) }
    var reason = "no address"
    var next = list
    while let candidate = next?.pointee {
      next = candidate.ai_next
      let descriptor = socket(
        candidate.ai_family, candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), candidate.ai_protocol)
      guard descriptor >= 0 else { continue }
      var limit = timeval(tv_sec: 5, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
      var immediate: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &immediate, socklen_t(MemoryLayout<Int32>.size))
      if connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 { return descriptor }
      reason = errno == EINPROGRESS ? "no answer within 5 s" : String(cString: strerror(errno))
      Foundation.close(descriptor)
    }
    throw MQTTError(broker: address.description, reason: reason)
  }
}

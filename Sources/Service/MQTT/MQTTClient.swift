import CMosquitto
import Foundation
import Support
import VideoIO

/// A connection to a broker by libmosquitto, from connecting to its end. A thread of its own does all that waits for the
/// network. It never connects again: that is the output's, which makes a new one.
package final class MQTTClient: @unchecked Sendable {
  // @unchecked: `state` and the numbers are only touched under the condition's lock; libmosquitto has locks of its own.

  private enum State {
    case connecting
    case connected
    case ended(String)
  }

  private static let keepAlive: Int32 = 30
  /// Seconds for the broker to answer a new connection.
  private static let patience = 4.0
  /// Messages that may be on their way to the broker.
  private static let mostInFlight = 16
  /// Seconds without any of them arriving after which the broker counts as gone.
  private static let stall = 3.0
  /// Where Debian keeps the authorities that the system trusts.
  private static let systemAuthorities = "/etc/ssl/certs"
  private static let isReady = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.code

  private let address: MQTTAddress
  private let client: OpaquePointer
  private let condition = MonotonicCondition()
  private var state = State.connecting
  private var isStopping = false
  private var inFlight = 0
  private var complaint: String?

  /// Connects and waits for the broker's answer.
  ///
  /// - Parameter will: What the broker publishes, retained, when the connection breaks; `nil` for nothing.
  /// - Throws: `MQTTError`.
  package init(_ address: MQTTAddress, name: String, will: (topic: String, payload: String)?) throws {
    guard Self.isReady, let client = mosquitto_new(name, true, nil) else {
      throw MQTTError(broker: address.description, reason: "libmosquitto cannot be used")
    }
    self.address = address
    self.client = client
    mosquitto_threaded_set(client, true)
    mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
    if let will {
      try check(mosquitto_will_set(client, will.topic, Int32(will.payload.utf8.count), will.payload, 0, true))
    }
    if let user = address.user { try check(mosquitto_username_pw_set(client, user, address.password)) }
    if let tls = address.tls { try set(tls) }
    setCallbacks()
    DispatchQueue(label: "kapao.mqtt.\(name)").async { [self] in run() }
    try waitUntilConnected()
  }

  // The thread and the owner each hold it; whoever is last gets here.
  deinit { mosquitto_destroy(client) }

  /// Publishes a message that is delivered at most once. Waits while too many others are still on their way.
  ///
  /// - Throws: `MQTTError` when the connection is lost or nothing arrives any more.
  package func publish(_ topic: String, _ payload: some Collection<UInt8>, retain: Bool = false) throws {
    try waitForRoom()
    let bytes = Array(payload)
    let result = mosquitto_publish(client, nil, topic, Int32(bytes.count), bytes, 0, retain)
    if result != MOSQ_ERR_SUCCESS.code {
      condition.withLock { inFlight -= 1 }
      try check(result)
    }
  }

  /// Waits until everything has been sent and ends the connection in order: the will is forgotten.
  package func disconnect() throws {
    defer { close() }
    try condition.withLock {
      let end = MonotonicTime.seconds + 1
      while inFlight > 0, case .connected = state, condition.wait(until: end) {}
      if inFlight > 0 { throw error("the broker does not read") }
    }
    try check(mosquitto_disconnect(client))
    condition.withLock {
      let end = MonotonicTime.seconds + 1
      while case .connected = state, condition.wait(until: end) {}
    }
  }

  /// Ends it without a word, if it was not ended in order: the broker publishes the will.
  package func close() { condition.withLock { isStopping = true } }

  // MARK: - The thread

  /// Moves messages until the connection ends.
  private func run() {
    var result = mosquitto_connect_async(client, address.host, Int32(address.port), Self.keepAlive)
    var reason = result == MOSQ_ERR_SUCCESS.code ? refusal() : nil
    while reason == nil, result == MOSQ_ERR_SUCCESS.code, !condition.withLock({ isStopping }) {
      result = mosquitto_loop(client, 200, 1)
      // While TLS is being agreed on, the library does not wait.
      if result == MOSQ_ERR_SUCCESS.code, isConnecting { usleep(10_000) }
    }
    reason = reason ?? text(result)
    condition.withLock {
      if case .ended = state {} else { state = .ended(complaint ?? reason ?? "") }
      condition.broadcast()
    }
  }

  /// Waits until the socket is connected; why that failed. With TLS, the library would not notice.
  private func refusal() -> String? {
    var socket = pollfd(fd: mosquitto_socket(client), events: Int16(POLLOUT), revents: 0)
    poll(&socket, 1, Int32(Self.patience * 1000))
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &code, &size)
    if code != 0 { return String(cString: strerror(code)) }
    // The library may have taken the reason with its first attempt to write.
    return socket.revents & Int16(POLLERR | POLLHUP) == 0 ? nil : "the broker cannot be reached"
  }

  private var isConnecting: Bool {
    condition.withLock { if case .connecting = state { true } else { false } }
  }

  private func setCallbacks() {
    mosquitto_connect_callback_set(client) { _, object, code in
      MQTTClient.of(object)?.answered(code)
    }
    mosquitto_publish_callback_set(client) { _, object, _ in MQTTClient.of(object)?.sent() }
    mosquitto_log_callback_set(client) { _, object, level, text in
      // What OpenSSL says is only told here.
      if level == MOSQ_LOG_ERR, let text { MQTTClient.of(object)?.complain(String(cString: text)) }
    }
  }

  private static func of(_ object: UnsafeMutableRawPointer?) -> MQTTClient? {
    object.map { Unmanaged<MQTTClient>.fromOpaque($0).takeUnretainedValue() }
  }

  private func answered(_ code: Int32) {
    condition.withLock {
      state = code == 0 ? .connected : .ended(String(cString: mosquitto_connack_string(code)))
      condition.broadcast()
    }
  }

  private func sent() {
    condition.withLock {
      inFlight -= 1
      condition.broadcast()
    }
  }

  private func complain(_ text: String) { condition.withLock { complaint = complaint ?? text } }

  // MARK: - Waiting

  private func waitUntilConnected() throws {
    let end = MonotonicTime.seconds + Self.patience
    try condition.withLock {
      while true {
        switch state {
        case .connected: return
        case .ended(let reason):
          isStopping = true
          throw error(reason)
        case .connecting:
          guard condition.wait(until: end) else {
            isStopping = true
            throw error("no answer within \(Int(Self.patience)) s")
          }
        }
      }
    }
  }

  /// Takes a place among the messages on their way.
  private func waitForRoom() throws {
    try condition.withLock {
      while inFlight >= Self.mostInFlight, case .connected = state {
        let before = inFlight
        let isInTime = condition.wait(until: MonotonicTime.seconds + Self.stall)
        if !isInTime, inFlight == before { throw error("the broker does not read") }
      }
      if case .ended(let reason) = state { throw error(reason) }
      inFlight += 1
    }
  }

  // MARK: - Errors and TLS

  private func set(_ tls: MQTTAddress.TLS) throws {
    let folder = tls.authorities == nil ? Self.systemAuthorities : nil
    try check(mosquitto_tls_set(client, tls.authorities, folder, tls.certificate, tls.key, nil))
  }

  private func check(_ result: Int32) throws {
    if result != MOSQ_ERR_SUCCESS.code { throw error(text(result)) }
  }

  private func text(_ result: Int32) -> String {
    // errno is that of the call just made.
    result == MOSQ_ERR_ERRNO.code ? String(cString: strerror(errno)) : String(cString: mosquitto_strerror(result))
  }

  private func error(_ reason: String) -> MQTTError { MQTTError(broker: address.description, reason: reason) }
}

extension mosq_err_t {
  /// As functions return it.
  fileprivate var code: Int32 { Int32(rawValue) }
}

/// Why poses could not be published.
package struct MQTTError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The broker, without credentials.
  package let broker: String
  /// What is wrong.
  package let reason: String

  /// One line.
  package var description: String { "cannot publish to \(broker): \(reason)" }
}

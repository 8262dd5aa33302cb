import Foundation

/// A TCP server on a free port that sends some bytes to its first client and then nothing, without closing.
final class SilentServer: @unchecked Sendable {
  // @unchecked: `lock` protects what changes.

  let port: UInt16
  private let listener: Int32
  private let lock = NSLock()
  private var isListening = true
  private var client: Int32 = -1
  private var connected: (@Sendable () -> Void)?

  init(sending data: Data) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, address, &length) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard bound else { throw CocoaError(.fileReadUnknown) }
    Thread.detachNewThread { [self] in
      let client = accept(descriptor, nil, nil)
      let callback = lock.withLock { () -> (@Sendable () -> Void)? in
        // Closed here and nowhere else: the number may belong to somebody else's socket as soon as it is.
        _ = Glibc.close(descriptor)
        isListening = false
        self.client = client
        return connected
      }
      callback?()
      _ = data.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
  }

  /// Calls `body` when the client has connected.
  func whenConnected(_ body: @escaping @Sendable () -> Void) {
    let isConnected = lock.withLock {
      connected = body
      return client >= 0
    }
    if isConnected { body() }
  }

  /// Refuses further clients, and leaves the one that there is.
  func close() {
    lock.withLock {
      if isListening { shutdown(listener, Int32(SHUT_RDWR)) }
      if client >= 0 { _ = Glibc.close(client) }
      client = -1
    }
  }
}

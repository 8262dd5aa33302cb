import Foundation
import Service

/// A web server on a free port, and connections to it that send what no client would.
enum WebBench {
  /// Runs a daemon with one generated stream, `one`, and its web server.
  static func withService(
    _ http: HTTPConfiguration = HTTPConfiguration(), limits: HTTPLimits = HTTPLimits(),
    source: String = "lavfi:testsrc2=s=320x180:r=25", _ body: (URL, Daemon) async throws -> Void
  ) async throws {
    let daemon = ServiceBench.daemon()
    try daemon.apply(try ServiceBench.configuration("streams: {one: {source: '\(source)'}}"))
    defer { daemon.stop() }
    try await withServer(WebService(free(http), daemon: daemon, version: "test", limits: limits)) { port in
      try await body(URL(string: "http://127.0.0.1:\(port)")!, daemon)
    }
  }

  /// Runs a web server and waits for its end.
  static func withServer(_ web: WebService, _ body: (Int) async throws -> Void) async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let task = Task {
      defer { port.finish() }
      try await web.run { port.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    let result: Result<Void, any Error>
    if let port = await iterator.next() {
      do { result = .success(try await body(port)) } catch { result = .failure(error) }
      task.cancel()
    } else {
      result = .success(())
    }
    try await task.value
    try result.get()
  }

  private static func free(_ http: HTTPConfiguration) -> HTTPConfiguration {
    var http = http
    http.port = 0
    return http
  }
}

/// A TCP connection, byte by byte.
final class RawConnection {
  private let descriptor: Int32
  private var received: [UInt8] = []

  /// - Parameter from: The address of this machine that it comes from.
  init(_ url: URL, from: String = "127.0.0.1", receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    // What a test waits for comes at once or never.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    try Self.with(from, 0) { guard bind(descriptor, $0, $1) == 0 else { throw POSIXError(.EADDRNOTAVAIL) } }
    try Self.with("127.0.0.1", url.port ?? 0) {
      guard connect(descriptor, $0, $1) == 0 else { throw POSIXError(.ECONNREFUSED) }
    }
  }

  deinit { close(descriptor) }

  /// Sends text; whether all of it was taken.
  @discardableResult
  func send(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      bytes = bytes.dropFirst(count)
    }
    return true
  }

  /// Waits for something to be read, or for the end; whether that came in time.
  func hasNews(within milliseconds: Int32) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, milliseconds) > 0
  }

  /// Everything until the server closes the connection; `nil` if it does not.
  func all() -> String? {
    while true {
      switch read() {
      case 0: return String(decoding: received, as: UTF8.self)
      case ..<0: return errno == EAGAIN ? nil : String(decoding: received, as: UTF8.self)
      default: break
      }
    }
  }

  /// Everything until a text has come; `nil` if it does not.
  func until(_ text: String) -> String? {
    while true {
      let all = String(decoding: received, as: UTF8.self)
      if let range = all.range(of: text) {
        received = Array(all[range.upperBound...].utf8)
        return String(all[..<range.upperBound])
      }
      if read() <= 0 { return nil }
    }
  }

  private func read() -> Int {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { received += buffer[..<count] }
    return count
  }

  private static func with(_ address: String, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void)
    throws
  {
    var socket = sockaddr_in()
    socket.sin_family = sa_family_t(AF_INET)
    socket.sin_port = UInt16(port).bigEndian
    inet_pton(AF_INET, address, &socket.sin_addr)
    try withUnsafePointer(to: &socket) {
      try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}

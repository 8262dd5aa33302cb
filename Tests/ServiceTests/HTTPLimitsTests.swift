import Foundation
import NIOCore
import Service
import TestSupport
import Testing

@Suite("Limits of the web server", .serialized)
struct HTTPLimitsTests {
  private static let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

  private func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
    var limits = HTTPLimits(descriptors: 1024)
    change(&limits)
    return limits
  }

  @Test(
    "a request whose head is too long is refused, and the connection ends",
    arguments: [
      "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 100_000))\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 2_000_000))",
      "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "a", count: 100_000)): b\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: y\r\n", count: 100))\r\n",
      "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: \(String(repeating: "y", count: 1000))\r\n", count: 20))\r\n",
    ])
  func longHead(request: String) async throws {
    try await WebBench.withService { url, _ in
      let connection = try RawConnection(url)
      connection.send(request)
      let answer = try #require(connection.all(), "the connection stays open")
      #expect(answer.hasPrefix("HTTP/1.1 431 ") && answer.contains("Connection: close"), "\(answer)")
      #expect(try RawConnection(url).answers(Self.request))
    }
  }

  @Test("a body that is too long is refused, whether or not its length is said first")
  func longBody() async throws {
    try await WebBench.withService { url, _ in
      let said = try RawConnection(url)
      said.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n")
      #expect(try #require(said.all()).hasPrefix("HTTP/1.1 413 "))
      let chunk = "8000\r\n\(String(repeating: "a", count: 0x8000))\r\n"
      let unsaid = try RawConnection(url)
      unsaid.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      unsaid.send(String(repeating: chunk, count: 3))
      #expect(try #require(unsaid.all(), "the connection stays open").hasPrefix("HTTP/1.1 4"))
    }
  }

  @Test(
    "a connection that sends nothing, or too slowly, is closed",
    arguments: [
      "", "GET / HT", "GET / HTTP/1.1\r\nHost: loc",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab",
    ])
  func slowRequest(start: String) async throws {
    try await WebBench.withService(limits: limits { $0.requestTime = .milliseconds(300) }) { url, _ in
      for beginning in ["", Self.request] {
        let connection = try RawConnection(url)
        connection.send(beginning + start)
        let answer = try #require(connection.all(), "the connection stays open")
        #expect(answer.hasPrefix("HTTP/1.1 200") == !beginning.isEmpty)
      }
    }
  }

  @Test("a request that comes byte by byte has no more time than one that does not come at all")
  func slowLoris() async throws {
    try await WebBench.withService(limits: limits { $0.requestTime = .milliseconds(300) }) { url, _ in
      let connection = try RawConnection(url)
      connection.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
      var count = 0
      while !connection.hasNews(within: 20), count < 1000 {
        connection.send("a")
        count += 1
      }
      #expect(connection.all() == "")
    }
  }

  @Test("clients that hold all connections do not keep out one that asks")
  func fullTable() async throws {
    try await WebBench.withService(limits: limits { $0.connections = 8 }) { url, _ in
      var held: [RawConnection] = []
      for count in 0..<40 {
        held.append(try RawConnection(url))
        held.last?.send(count.isMultiple(of: 2) ? "" : "GET / HT")
      }
      #expect(try RawConnection(url).answers(Self.request))
      #expect(held[0].all() == "")
    }
  }

  @Test("clients that do not read their answers do not keep out one that does")
  func unreadAnswers() async throws {
    try await WebBench.withService(limits: limits { $0.connections = 8 }) { url, daemon in
      #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > 0 })
      var held: [RawConnection] = []
      for _ in 0..<12 {
        held.append(try RawConnection(url, receiveBuffer: 4096))
        held.last?.send(String(repeating: "GET /streams/one.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 100))
      }
      #expect(await ServiceBench.wait { (try? RawConnection(url).answers(Self.request)) == true })
    }
  }

  @Test("one more connection than can be answered is closed at once, and has a place when another has gone")
  func allAnswering() async throws {
    try await WebBench.withService(limits: limits { $0.connections = 8 }) { url, _ in
      var viewers: [RawConnection] = []
      for _ in 0..<8 {
        viewers.append(try RawConnection(url))
        viewers.last?.send("GET /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(viewers.last?.until("image/jpeg") != nil)
      }
      #expect(try RawConnection(url).all() == "")
      viewers.removeLast()
      #expect(await ServiceBench.wait { (try? RawConnection(url).answers(Self.request)) == true })
    }
  }

  @Test("one address does not take the connections of others")
  func fairness() {
    var book = ConnectionBook<Int>(maximum: 8, maximumOfClient: 4)
    for id in 0..<4 { #expect(book.add(id, client: [1]) == .accepted(closing: nil)) }
    for id in 0..<4 { book.note(.answering, of: id) }
    #expect(book.add(4, client: [1]) == .refused)
    for id in 5..<9 { #expect(book.add(id, client: [2]) == .accepted(closing: nil)) }
    #expect(book.add(9, client: [3]) == .accepted(closing: 5))
    book.note(.answering, of: 6)
    #expect(book.add(10, client: [2]) == .accepted(closing: 7))
    book.note(.stuck(.now()), of: 0)
    for id in [8, 9, 10] { book.note(.answering, of: id) }
    #expect(book.add(11, client: [4]) == .accepted(closing: 0))
    book.note(.answering, of: 11)
    #expect(book.add(12, client: [5]) == .refused)
    book.remove(11)
    #expect(book.add(13, client: [5]) == .accepted(closing: nil))
  }

  @Test("a viewer that does not read is dropped, and its place is free again")
  func stuckViewer() async throws {
    let limits = limits {
      $0.viewers = 1
      $0.writeTime = .milliseconds(500)
    }
    try await WebBench.withService(limits: limits, source: "lavfi:testsrc2=s=1280x720:r=25") { url, _ in
      let stuck = try RawConnection(url, receiveBuffer: 4096)
      stuck.send("GET /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(stuck.until("image/jpeg") != nil)
      let second = try RawConnection(url)
      second.send("GET /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(try #require(second.until("\r\n\r\n")).contains("503"))
      #expect(
        await ServiceBench.wait {
          guard let next = try? RawConnection(url) else { return false }
          next.send("GET /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
          return next.until("\r\n\r\n")?.contains("200 OK") ?? false
        })
    }
  }

  @Test("restarts of the server leave no descriptors behind")
  func descriptors() async throws {
    let daemon = ServiceBench.daemon()
    var http = HTTPConfiguration()
    http.port = 0
    let web = WebService(http, daemon: daemon, version: "test")
    var counts: [Int] = []
    for _ in 0..<6 {
      try await WebBench.withServer(web) { port in
        let url = try #require(URL(string: "http://127.0.0.1:\(port)"))
        #expect(try RawConnection(url).answers(Self.request))
        let open = try RawConnection(url)
        open.send("GET / HT")
      }
      counts.append(Self.pollers)
    }
    #expect(Set(counts).count == 1, "\(counts)")
  }

  /// The descriptors of event loops, which nobody else in this process opens and closes.
  private static var pollers: Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.count { name in
      let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) ?? ""
      return target.hasPrefix("anon_inode:[event") || target.hasPrefix("anon_inode:[timerfd")
    }
  }
}

extension RawConnection {
  /// Whether a request is answered well.
  fileprivate func answers(_ request: String) throws -> Bool {
    send(request)
    return until("\r\n\r\n")?.hasPrefix("HTTP/1.1 200") ?? false
  }
}

import Foundation
import Service
import TestSupport
import Testing

@Suite("HTTP by the standard", .serialized)
struct HTTPStandardTests {
  /// What the server sends for bytes that come on one connection, until it closes it.
  private func answers(to text: String, _ http: HTTPConfiguration = HTTPConfiguration()) async throws -> String {
    var answers: String?
    try await WebBench.withService(http) { url, _ in
      let connection = try RawConnection(url)
      connection.send(text)
      answers = connection.all()
    }
    return try #require(answers, "the connection stays open")
  }

  private func statuses(_ answers: String) -> [String] {
    answers.matches(of: /HTTP\/1\.[01] (\d+)/).map { String($0.1) }
  }

  private static let last = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

  @Test("what follows a request with a length is its body, not the next request")
  func bodyOfGet() async throws {
    let inner = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let answers = try await answers(
      to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(inner.utf8.count)\r\n\r\n" + inner + Self.last)
    #expect(statuses(answers) == ["200", "200"])
    #expect(!answers.contains("kapao_"))
  }

  @Test("requests that come at once are answered in their order")
  func pipelining() async throws {
    let answers = try await answers(
      to: "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\nGET /page.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
        + "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n" + Self.last)
    #expect(statuses(answers) == ["404", "200", "200", "200"])
  }

  @Test(
    "what two servers could read in two ways is refused and ends the connection",
    arguments: [
      "Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4",
      "Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4\r\nContent-Length: 4", "Content-Length: 4, 4",
      "Content-Length: +4", "Content-Length: -1", "Content-Length: 0x4", "Content-Length:",
      "Content-Length: 99999999999999999999", "Content-Length : 4", " Content-Length: 4", "Transfer-Encoding: xchunked",
      "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
      "Transfer-Encoding:\u{b}chunked", "X: a\r\n\tb", "X: a\rb", "X: a\u{0}b", "X y: a", ": a",
      "X: a\nContent-Length: 4",
      "Host: evil.example",
    ])
  func ambiguous(header: String) async throws {
    let answers = try await answers(
      to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n0\r\n\r\n" + Self.last)
    #expect(statuses(answers).count == 1, "\(answers)")
    #expect(["400", "413", "501"].contains(statuses(answers).first), "\(answers)")
    #expect(answers.contains("Connection: close"))
  }

  @Test(
    "what is no request is refused",
    arguments: [
      "GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n", "GET /healthz HTTP/1.2\r\nHost: localhost\r\n\r\n",
      "GET /healthz\r\n\r\n", "GET /healthz HTTP/1.1\r\n\r\n", "GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", "hello\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ])
  func noRequest(text: String) async throws {
    let answers = try await answers(to: text)
    #expect(statuses(answers).count == 1 && ["400", "505"].contains(statuses(answers).first), "\(answers)")
  }

  @Test("a body that comes in chunks is read to its end")
  func chunkedBody() async throws {
    let answers = try await answers(
      to: "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n"
        + Self.last)
    #expect(statuses(answers) == ["405", "200"])
  }

  @Test(
    "HEAD has the headers of GET, also its length, and no body",
    arguments: ["/", "/page.js", "/api/streams/two", "/healthz"])
  func head(path: String) async throws {
    let (get, head) = (
      try await answers(to: "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
      try await answers(to: "HEAD \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    )
    func fields(_ answer: String) -> [Substring] {
      answer.split(separator: "\r\n").filter { $0.contains(": ") && !$0.hasPrefix("Date") }
    }
    let body = try #require(get.range(of: "\r\n\r\n")).upperBound
    #expect(head.hasSuffix("\r\n\r\n"))
    #expect(head.contains("Content-Length: \(get[body...].utf8.count)\r\n"))
    #expect(fields(head) == fields(String(get[..<body])))
  }

  @Test("HEAD of a moving picture ends with its headers")
  func headOfMovingPicture() async throws {
    let answers = try await answers(to: "HEAD /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(answers.hasPrefix("HTTP/1.1 200"))
    #expect(answers.hasSuffix("\r\n\r\n"))
    #expect(!answers.contains("Content-Length") && !answers.contains("chunked"))
  }

  @Test("HTTP/1.0 is answered without chunks, and the connection ends")
  func oldVersion() async throws {
    try await WebBench.withService { url, _ in
      let connection = try RawConnection(url)
      connection.send("GET /streams/one.mjpg HTTP/1.0\r\n\r\n")
      let head = try #require(connection.until("\r\n\r\n"))
      #expect(head.hasPrefix("HTTP/1.0 200") && !head.contains("chunked") && head.contains("Connection: close"))
      #expect(connection.until("--frame\r\nContent-Type: image/jpeg\r\n") == "--frame\r\nContent-Type: image/jpeg\r\n")
    }
    let answers = try await answers(to: "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + Self.last)
    #expect(statuses(answers) == ["200"])
  }

  @Test("an upgrade that is asked for is not made")
  func upgrade() async throws {
    let answers = try await answers(
      to: "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")
    #expect(statuses(answers) == ["200"])
    #expect(
      try await statuses(self.answers(to: "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n")) == ["405"])
  }

  @Test(
    "after the token was given, the browser is led to the same place without it, and nowhere else",
    arguments: [
      ("/", "./"), ("/streams/a%20b.mjpg", "./a%20b.mjpg"), ("//evil.example/", "./"),
      ("//evil.example", "./evil.example"),
      ("/%0d%0aSet-Cookie:%20a=b", "./%0D%0ASet-Cookie%3A%20a%3Db"), ("/\\evil.example", "./%5Cevil.example"),
      ("/%5c%5cevil.example", "./%5C%5Cevil.example"), ("/http:%2f%2fevil.example", "./http%3A%2F%2Fevil.example"),
      ("http://evil.example/", "./"), ("/x%ff", "./"),
    ])
  func location(path: String, location: String) async throws {
    var http = HTTPConfiguration()
    http.token = "0123456789abcdef"
    let answers = try await answers(
      to: "GET \(path)?token=0123456789abcdef HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", http)
    #expect(statuses(answers) == ["303"])
    #expect(answers.contains("\r\nLocation: \(location)\r\n"), "\(answers)")
    #expect(answers.components(separatedBy: "Set-Cookie").count == (path.contains("Set-Cookie") ? 3 : 2))
  }
}

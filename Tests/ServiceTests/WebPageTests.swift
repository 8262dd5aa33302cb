import Foundation
import Service
import TestSupport
import Testing

@Suite("The page's script", .serialized)
struct WebPageTests {
  /// The page's script, run by Node.js, and the lines that it prints.
  private final class Page {
    private let process = Process()
    private let output = Pipe()
    private var lines: [String] = []

    init(_ url: URL) throws {
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["node", Fixtures.path("page.mjs"), url.absoluteString]
      process.standardOutput = output
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    deinit { kill(process.processIdentifier, SIGKILL) }

    /// Waits for a line; whether it came before the page's end.
    func prints(_ line: String) -> Bool {
      while true {
        if let index = lines.firstIndex(of: line) {
          lines.removeSubrange(...index)
          return true
        }
        let data = output.fileHandleForReading.availableData
        if data.isEmpty { return false }
        lines += String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
      }
    }
  }

  @Test("a moving picture comes back after the viewers were too many, and after its connection broke")
  func comesBack() async throws {
    let daemon = ServiceBench.daemon()
    try daemon.apply(try ServiceBench.configuration("streams: {one: {source: 'lavfi:testsrc2=s=320x180:r=25'}}"))
    defer { daemon.stop() }
    var http = HTTPConfiguration()
    http.port = try ServiceBench.freePort()
    var limits = HTTPLimits()
    limits.viewers = 1
    let web = WebService(http, daemon: daemon, version: "test", limits: limits)
    var page: Page?
    try await WebBench.withServer(web) { port in
      let url = try #require(URL(string: "http://127.0.0.1:\(port)/"))
      var other: RawConnection? = try RawConnection(url)
      other?.send("GET /streams/one.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(other?.until("image/jpeg") != nil)
      page = try Page(url)
      #expect(page?.prints("moving 503") == true)
      other = nil
      #expect(page?.prints("picture") == true)
    }
    try await WebBench.withServer(web) { _ in
      #expect(page?.prints("picture") == true)
    }
  }

  @Test("all links are relative")
  func links() async throws {
    try await WebBench.withService { url, _ in
      let page = Media.run("curl", ["-s", url.absoluteString + "/"]).output
      let script = Media.run("curl", ["-s", url.absoluteString + "/page.js"]).output
      #expect(page.contains("\"page.js\"") && script.contains("\"api/streams\""))
      #expect(!page.contains("=\"/") && !script.contains("\"/") && !script.contains("'/"))
    }
  }
}

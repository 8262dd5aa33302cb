import Foundation
import NIOCore
import Service
import TestSupport
import Testing

@Suite("Behind a proxy", .serialized)
struct ProxyTests {
  private static let token = "0123456789abcdef"

  /// nginx with the site that ships, on a port of this machine, in a process of its own.
  private final class Nginx {
    let url: String
    let arguments: [String]
    private let process = Process()

    init(in folder: URL, service: URL, location: String) throws {
      let certificates = try Certificates(in: folder)
      let port = try ServiceBench.freePort()
      url = "https://cameras.example.org:\(port)"
      arguments = ["-s", "-i", "-k", "--max-time", "10", "--resolve", "cameras.example.org:\(port):127.0.0.1"]
      let shipped = try String(contentsOf: Fixtures.root.appending(path: "packaging/nginx.conf"), encoding: .utf8)
      let site = shipped.replacing("listen 443 ssl", with: "listen 127.0.0.1:\(port) ssl")
        .replacing("/etc/ssl/certs/cameras.example.org.pem", with: certificates.path("server.pem"))
        .replacing("/etc/ssl/private/cameras.example.org.key", with: certificates.path("server.key"))
        .replacing("127.0.0.1:8080", with: "127.0.0.1:\(service.port ?? 0)")
        .replacing("location /cameras/", with: "location \(location)")
      let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map { "\($0)_temp_path '\(folder.appending(path: $0).path)';" }
      let file = folder.appending(path: "nginx.conf")
      let main = """
        daemon off; master_process off; pid '\(folder.appending(path: "pid").path)'; error_log stderr; events {}
        http { access_log off; \(folders.joined(separator: " "))
        \(site) }
        """
      try main.write(to: file, atomically: true, encoding: .utf8)
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "nginx", "-p", folder.path, "-c", file.path]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    deinit {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }

    func get(_ path: String, _ more: String...) -> String {
      Media.run("curl", arguments + more + [url + path]).output
    }
  }

  @Test(
    "the nginx site that ships publishes everything below a path, or as a whole",
    arguments: [("/cameras/", "/cameras"), ("/", "")])
  func nginx(location: String, basePath: String) async throws {
    var http = HTTPConfiguration()
    http.hosts = ["cameras.example.org"]
    http.basePath = basePath
    http.token = Self.token
    try await Media.withFolder { folder in
      try await WebBench.withService(http) { service, daemon in
        let nginx = try Nginx(in: folder, service: service, location: location)
        #expect(await ServiceBench.wait { nginx.get(location + "healthz").contains("200 OK") })
        #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > 0 })
        #expect(nginx.get(location).hasPrefix("HTTP/1.1 401"))
        let welcome = nginx.get(location + "?token=\(Self.token)")
        #expect(welcome.hasPrefix("HTTP/1.1 303") && welcome.contains("\r\nLocation: ./\r\n"))
        let path = basePath.isEmpty ? "/" : basePath
        #expect(
          welcome.contains(
            "\r\nSet-Cookie: kapao_token=\(Self.token); HttpOnly; SameSite=Strict; Path=\(path); Secure\r\n"),
          "\(welcome)")
        let cookie = ["-b", "kapao_token=\(Self.token)"]
        func get(_ path: String) -> String { nginx.get(location + path, cookie[0], cookie[1]) }
        #expect(get("").contains("<title>kapao-video</title>"))
        #expect(get("page.css").contains("text/css"))
        #expect(get("api/streams").contains("\"name\":\"one\""))
        let moving = nginx.get(
          location + "streams/one.mjpg", cookie[0], cookie[1], "--max-time", "2", "-o", "-", "-w", "%{size_download}")
        #expect(moving.components(separatedBy: "Content-Type: image/jpeg").count > 3)
      }
    }
  }

  @Test("a name that is not configured is refused, and one that is, is not")
  func hosts() async throws {
    func answer(_ host: String, _ hosts: [String]) async throws -> String {
      var http = HTTPConfiguration()
      http.hosts = hosts
      var answer = ""
      try await WebBench.withService(http) { url, _ in
        answer = Media.run("curl", ["-s", "-i", "-H", "Host: \(host)", url.absoluteString]).output
      }
      return answer
    }
    #expect(try await answer("cameras.example.org", []).hasPrefix("HTTP/1.1 421"))
    #expect(try await answer("Cameras.example.org:8443", ["cameras.example.org"]).hasPrefix("HTTP/1.1 200"))
    #expect(try await answer("other.example.org", ["cameras.example.org"]).hasPrefix("HTTP/1.1 421"))
    #expect(try await answer("localhost", ["cameras.example.org"]).hasPrefix("HTTP/1.1 200"))
  }

  @Test("below a path the server answers with and without it, and adds the slash that relative links need")
  func basePath() async throws {
    var http = HTTPConfiguration()
    http.basePath = "/a/cameras"
    try await WebBench.withService(http) { url, _ in
      func get(_ path: String) -> String { Media.run("curl", ["-s", "-i", url.absoluteString + path]).output }
      for path in ["/a/cameras/", "/", "/a/cameras/page.js", "/page.js", "/a/cameras/healthz"] {
        #expect(get(path).hasPrefix("HTTP/1.1 200"), "\(path)")
      }
      #expect(get("/a/cameras").contains("\r\nLocation: ./cameras/\r\n"))
      #expect(get("/a/camerasx").hasPrefix("HTTP/1.1 404"))
    }
  }

  @Test("the cookie is secure only where a trusted proxy says so")
  func secureCookie() async throws {
    var http = HTTPConfiguration()
    http.token = Self.token
    try await WebBench.withService(http) { url, _ in
      func get(_ header: String) -> String {
        Media.run("curl", ["-s", "-i", "-H", header, url.absoluteString + "/?token=\(Self.token)"]).output
      }
      #expect(get("X-Forwarded-Proto: https").contains("Path=/; Secure\r\n"))
      #expect(get("X-Forwarded-Proto: http").contains("Path=/\r\n"))
      #expect(get("X: y").contains("Path=/\r\n"))
    }
    #expect(TrustedProxies([]).contains(try .init(ipAddress: "127.8.0.1", port: 1)))
    #expect(TrustedProxies([]).contains(try .init(ipAddress: "::ffff:127.0.0.1", port: 1)))
    #expect(!TrustedProxies([]).contains(try .init(ipAddress: "10.1.2.3", port: 1)))
    let proxies = TrustedProxies(["10.0.0.0/9", "fd00::/8", "192.0.2.7"].compactMap { IPNetwork($0) })
    for (address, isTrusted) in [
      ("10.1.2.3", true), ("10.128.0.0", false), ("fd12::1", true), ("fe80::1", false), ("192.0.2.7", true),
      ("192.0.2.6", false), ("::1", true),
    ] {
      #expect(proxies.contains(try .init(ipAddress: address, port: 1)) == isTrusted, "\(address)")
    }
  }

  @Test("what is wrong with these fields is said")
  func configuration() throws {
    let good = try ServiceBench.configuration(
      """
      http: {hosts: cameras.example.org, base_path: /a/b/, proxies: [10.0.0.0/8, '::1']}
      streams: {one: {source: 'lavfi:testsrc2'}}
      """)
    #expect(good.http?.hosts == ["cameras.example.org"])
    #expect(good.http?.basePath == "/a/b")
    #expect(good.http?.proxies.count == 2)
    for (field, message) in [
      ("hosts: ['http://a/']", "must be a host name without port, not 'http://a/'"),
      ("base_path: a", "must be a path"), ("base_path: '//a'", "must be a path"),
      ("base_path: '/a;b'", "must be a path"), ("proxies: [10.0.0.0/33]", "must be an address or a range"),
      ("proxies: proxy.example", "must be an address or a range"),
    ] {
      #expect {
        try ServiceBench.configuration("http: {\(field)}\nstreams: {one: {source: 'lavfi:testsrc2'}}")
      } throws: {
        "\($0)".contains("http.\(field.prefix { $0 != ":" }): \(message)")
      }
    }
  }
}

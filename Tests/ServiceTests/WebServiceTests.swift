import Foundation
import Service
import TestSupport
import Testing

@Suite("The web server", .serialized)
struct WebServiceTests {
  /// What curl prints: status, headers and body.
  private func get(_ url: URL, _ path: String, _ arguments: String...) -> String {
    Media.run("curl", ["-s", "-i", "--max-time", "10", "--path-as-is"] + arguments + [url.absoluteString + path]).output
  }

  @Test("the page, the numbers and a picture are served, with headers that keep others out")
  func pages() async throws {
    try await WebBench.withService { url, _ in
      #expect(get(url, "/").contains("<title>kapao-video</title>"))
      #expect(get(url, "/").contains("Content-Security-Policy: default-src 'none'"))
      #expect(get(url, "/page.js").contains("\"use strict\""))
      #expect(get(url, "/healthz").hasPrefix("HTTP/1.1 200"))
      #expect(get(url, "/streams/one.jpg", "-o", "/dev/null", "-w", "%{content_type} %{http_code}") == "image/jpeg 200")
      #expect(get(url, "/readyz").contains("ready"))
      let metrics = get(url, "/metrics")
      #expect(metrics.contains("kapao_stream_up{stream=\"one\"} 1"))
      #expect(metrics.contains("# TYPE kapao_stream_frames_read_total counter"))
      #expect(metrics.contains("kapao_stream_frames_predicted_total{stream=\"one\"} 0"))
      #expect(metrics.contains("kapao_stream_detect_every{stream=\"one\"} 1"))
      #expect(get(url, "/api/streams").contains("\"state\":\"streaming\""))
      #expect(get(url, "/api/streams/one").contains("\"name\":\"one\""))
    }
  }

  @Test(
    "Prometheus takes the metrics",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "promtool is not installed"))
  func metrics() async throws {
    try await WebBench.withService { url, daemon in
      #expect(await ServiceBench.wait { daemon.statuses[0].latency != nil })
      let result = Media.run("bash", ["-c", "curl -s \(url.absoluteString)/metrics | promtool check metrics"])
      #expect(result.status == 0)
      #expect(result.errors == "")
    }
  }

  @Test("each still picture is the newest")
  func stillPictures() async throws {
    try await WebBench.withService { url, daemon in
      var pictures: Set<String> = []
      for _ in 0..<3 {
        let processed = daemon.statuses[0].counters.processed
        pictures.insert(Media.run("bash", ["-c", "curl -s \(url.absoluteString)/streams/one.jpg | sha256sum"]).output)
        #expect(await ServiceBench.wait { daemon.statuses[0].counters.processed > processed + 5 })
      }
      #expect(pictures.count == 3)
    }
  }

  @Test("of a file that has ended there is the last picture, and nobody waits for more")
  func ended() async throws {
    try await WebBench.withService(source: Media.path("320x180.ts")) { url, daemon in
      #expect(await ServiceBench.wait { daemon.statuses[0].state == .ended })
      #expect(get(url, "/streams/one.jpg", "-o", "/dev/null", "-w", "%{http_code}") == "200")
      let moving = Media.run("curl", ["-s", "--max-time", "10", url.absoluteString + "/streams/one.mjpg"])
      #expect(moving.status == 0)
      #expect(moving.output.hasPrefix("--frame"))
    }
    try await WebBench.withService(source: "lavfi:testsrc2=s=64x64:d=0.001,trim=start=1") { url, daemon in
      #expect(await ServiceBench.wait { daemon.statuses[0].state == .ended })
      #expect(get(url, "/streams/one.jpg").hasPrefix("HTTP/1.1 503"))
    }
  }

  @Test("moving pictures are read by libav as well as by a browser")
  func movingPictures() async throws {
    try await WebBench.withService { url, _ in
      let result = Media.run(
        "ffmpeg",
        ["-v", "error", "-i", url.absoluteString + "/streams/one.mjpg", "-frames:v", "10", "-f", "framecrc", "-"])
      #expect(result.output.split(separator: "\n").count { !$0.hasPrefix("#") } == 10)
    }
  }

  @Test(
    "what is not there, or not meant to be reached, is not found",
    arguments: [
      "/streams/two.jpg", "/streams/../../etc/passwd", "/%2e%2e/etc/passwd", "/api/streams/two", "/favicon.ico",
    ])
  func missing(path: String) async throws {
    try await WebBench.withService { url, _ in
      let answer = get(url, path)
      #expect(answer.hasPrefix("HTTP/1.1 404") || answer.isEmpty)
      #expect(!answer.contains("root:"))
    }
  }

  @Test("only reading is answered, and only under this machine's own names")
  func refused() async throws {
    try await WebBench.withService { url, _ in
      #expect(get(url, "/", "-X", "POST").hasPrefix("HTTP/1.1 405"))
      #expect(get(url, "/", "-H", "Host: evil.example").hasPrefix("HTTP/1.1 421"))
      #expect(get(url, "/", "-I").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test("with a token, everything but the health check needs it")
  func token() async throws {
    let token = "0123456789abcdef"
    var http = HTTPConfiguration()
    http.token = token
    try await WebBench.withService(http) { url, _ in
      #expect(get(url, "/healthz").hasPrefix("HTTP/1.1 200"))
      for path in ["/", "/metrics", "/api/streams", "/streams/one.jpg", "/readyz"] {
        #expect(get(url, path).hasPrefix("HTTP/1.1 401"))
      }
      #expect(get(url, "/metrics", "-H", "Authorization: Bearer \(token)").hasPrefix("HTTP/1.1 200"))
      let welcome = get(url, "/?token=\(token)")
      #expect(welcome.hasPrefix("HTTP/1.1 303"))
      #expect(welcome.contains("Set-Cookie: kapao_token=\(token); HttpOnly; SameSite=Strict"))
    }
  }

  @Test("a viewer that does not read disturbs neither the stream nor other viewers")
  func slowViewer() async throws {
    try await WebBench.withService { url, daemon in
      let stuck = Process()
      stuck.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      stuck.arguments = [
        "curl", "-s", "--limit-rate", "1", "-o", "/dev/null", url.absoluteString + "/streams/one.mjpg",
      ]
      stuck.standardOutput = FileHandle.nullDevice
      stuck.standardError = FileHandle.nullDevice
      try stuck.run()
      // The signals that end politely are blocked where tests run.
      defer { kill(stuck.processIdentifier, SIGKILL) }
      #expect(get(url, "/streams/one.jpg", "-o", "/dev/null", "-w", "%{http_code}") == "200")
      let before = try #require(daemon.statuses.first).counters.processed
      let result = Media.run(
        "ffmpeg",
        ["-v", "error", "-i", url.absoluteString + "/streams/one.mjpg", "-frames:v", "25", "-f", "framecrc", "-"])
      #expect(result.output.split(separator: "\n").count { !$0.hasPrefix("#") } == 25)
      #expect(try #require(daemon.statuses.first).counters.processed > before + 10)
    }
  }
}

import Pipeline
import Service
import Testing

@Suite("Configuration")
struct ConfigurationReaderTests {
  private func read(_ text: String, environment: [String: String] = [:]) throws -> ServiceConfiguration {
    try ConfigurationReader(environment: environment).read(text, path: "test.yaml")
  }

  private func problems(_ text: String) -> [String] {
    do {
      _ = try read(text)
      return []
    } catch {
      return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
    }
  }

  @Test("a whole configuration is read")
  func whole() throws {
    let configuration = try read(
      """
      size: 512
      http: {port: 9000}
      defaults: {max_fps: 10, stall_timeout: 8s, detect_every: auto}
      streams:
        court1:
          source: rtsp://camera/live
          transport: udp
          max_fps: 5
          detect_every: 3
          drawing: {boxes: true}
          outputs:
            - video: rtsp://server/court1
            - record: /tmp
              segment: 10m
              keep: 7d
              keep_size: 20GB
        court2:
          source: lavfi:testsrc2
      """)
    #expect(configuration.size == 512)
    #expect(configuration.http?.port == 9000)
    #expect(configuration.streams.map(\.name) == ["court1", "court2"])
    let first = configuration.streams[0]
    #expect(first.source.options["rtsp_transport"] == "udp")
    #expect(first.maximumRate == 5)
    #expect(first.stallTimeout == 8)
    #expect(first.style.boxes)
    #expect(configuration.streams[1].maximumRate == 10)
    #expect(configuration.streams.map(\.detectEvery) == [.frames(3), .auto])
    #expect(first.outputs.count == 2)
    guard case .record(let files, _) = first.outputs[1] else {
      Issue.record("the second output is a recording")
      return
    }
    #expect(files.seconds == 600)
    #expect(files.retention == Retention(age: 604_800, bytes: 20_000_000_000))
  }

  @Test("every problem is reported with its line and field, in one go")
  func all() {
    let found = problems(
      """
      sizes: 512
      streams:
        court 1:
          source: rtsp://camera/live
        court2:
          max_fps: fast
          detect_every: 0
          source: gopher://x
          outputs:
            - video: a.mp4
              colour: red
            - nothing: 1
        court3:
          transport: tcp
      """)
    #expect(found.contains { $0.hasPrefix("line 1: sizes: is not known here") })
    #expect(found.contains { $0.hasPrefix("line 4: streams.court 1: a stream's name") })
    #expect(found.contains("line 6: streams.court2.max_fps: must be a number from 0.1 to 1000, not 'fast'"))
    #expect(
      found.contains("line 7: streams.court2.detect_every: must be auto or a whole number from 1 to 30, not '0'"))
    #expect(found.contains { $0.hasPrefix("line 8: streams.court2.source: 'gopher' is no kind of source") })
    #expect(found.contains { $0.hasPrefix("line 11: streams.court2.outputs[1].colour: is not known here") })
    #expect(found.contains { $0.contains("streams.court2.outputs[2]: an output has one of") })
    #expect(found.contains { $0.contains("streams.court3.source: needs a source") })
  }

  @Test(
    "files that are no configuration are refused with a reason",
    arguments: [
      "", "streams: [", "streams:\n  a: 1", "just text", "streams:\n  a: {source: x}\n  a: {source: y}", "http: 3",
    ])
  func broken(text: String) {
    #expect(!problems(text).isEmpty)
  }

  @Test("an address that others can reach needs a token, and a long one")
  func token() {
    let stream = "streams: {a: {source: 'lavfi:testsrc2'}}\n"
    #expect(problems(stream + "http: {address: 0.0.0.0}").contains { $0.contains("http.token: is needed") })
    #expect(problems(stream + "http: {address: 0.0.0.0, token: short}").contains { $0.contains("16 characters") })
    #expect(problems(stream + "http: {address: nonsense}").contains { $0.contains("http.address: must be an IPv4") })
    #expect(problems(stream + "http: {address: 0.0.0.0, token: 0123456789abcdef}").isEmpty)
    #expect(problems(stream + "http: off").isEmpty)
  }

  @Test("secrets are filled in from the environment and never shown")
  func secrets() throws {
    let configuration = try read(
      "streams: {a: {source: 'rtsp://viewer:${CAMERA_WORD}@camera/${CAMERA_KEY}'}}",
      environment: ["CAMERA_WORD": "hunter2-word", "CAMERA_KEY": "hunter2-key"])
    #expect(configuration.streams[0].source.input == "rtsp://viewer:hunter2-word@camera/hunter2-key")
    #expect(configuration.streams[0].source.description == "rtsp://***@camera/***")
  }

  @Test("a secret that is not there is a problem of its line")
  func missingSecret() {
    let found = problems("streams:\n  a:\n    source: rtsp://${NOBODY_SET_THIS}@camera/live")
    #expect(found == ["line 3: streams.a.source: the environment variable NOBODY_SET_THIS is not set"])
    #expect(problems("streams: {a: {source: 'rtsp://${file:/no/such}@c'}}").first?.contains("/no/such") == true)
  }

  @Test("the example that ships is good")
  func example() throws {
    let path = SampleConfiguration.path
    let configuration = try ConfigurationReader(environment: ["CAMERA_PASSWORD": "x"]).read(path)
    #expect(!configuration.streams.isEmpty)
  }
}

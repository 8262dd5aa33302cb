import Pipeline
import Service
import Testing

@Suite("Configuration")
struct ConfigurationReaderTests {
  private func read(_ text: String, environment: [String: String] = [:]) throws -> ServiceConfiguration {
    try ServiceBench.reader(environment).read(text, path: "test.yaml")
  }

  private func problems(_ text: String, environment: [String: String] = [:]) -> [String] {
    do {
      _ = try read(text, environment: environment)
      return []
    } catch {
      return (error as? ConfigurationError)?.problems.map(\.description) ?? ["\(error)"]
    }
  }

  @Test("a whole configuration is read")
  func whole() throws {
    let configuration = try read(
      """
      http: {port: 9000}
      defaults: {max_fps: 10, stall_timeout: 8s, size: 512, bbox: true}
      streams:
        court1:
          source: rtsp://camera/live
          transport: udp
          sound: false
          max_fps: 5
          size: 640
          bbox: false
          skeleton: no
          outputs:
            - video: rtsp://server/court1
            - record: /tmp
              segment: 10m
              keep: 7d
              keep_size: 20GB
        court2:
          source: lavfi:testsrc2
      """)
    #expect(configuration.http?.port == 9000)
    #expect(configuration.streams.map(\.name) == ["court1", "court2"])
    let first = configuration.streams[0]
    #expect(first.source.options["rtsp_transport"] == "udp")
    #expect(first.maximumRate == 5)
    #expect(!first.carriesSound)
    #expect(configuration.streams[1].carriesSound)
    #expect(first.stallTimeout == 8)
    #expect(first.analysis.arguments == ["--size=640", "--no-skeleton"])
    #expect(first.analysis.network.inputSize == 640)
    #expect(configuration.streams[1].analysis.arguments == ["--size=512", "--bbox"])
    #expect(configuration.streams[1].maximumRate == 10)
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
          bbox: perhaps
        court2:
          max_fps: fast
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
    #expect(found.contains("line 5: streams.court 1.bbox: must be true or false, not 'perhaps'"))
    #expect(found.contains("line 7: streams.court2.max_fps: must be a number from 0.1 to 1000, not 'fast'"))
    #expect(found.contains { $0.hasPrefix("line 8: streams.court2.source: 'gopher' is no kind of source") })
    #expect(found.contains { $0.hasPrefix("line 11: streams.court2.outputs[1].colour: is not known here") })
    #expect(found.contains { $0.contains("streams.court2.outputs[2]: an output has one of") })
    #expect(found.contains { $0.contains("streams.court3.source: needs a source") })
  }

  @Test("an option of the analysis that is wrong is reported where it stands, once for all streams")
  func analysis() {
    let found = problems(
      """
      defaults:
        pose_confidence: 1.5
        model: /nowhere
      streams:
        a: {source: 'lavfi:testsrc2'}
        b: {source: 'lavfi:testsrc2', bbox: true}
        c: {source: 'lavfi:testsrc2', pose_confidence: 0.5}
      """)
    #expect(found.contains("line 2: defaults.pose_confidence: pose_confidence must be between 0 and 1."))
    #expect(found.contains("line 3: defaults.model: cannot read the file /nowhere"))
    #expect(found.count == 2)
    let others = problems(
      """
      streams:
        b: {source: 'lavfi:testsrc2', size: big}
        c:
          source: 'lavfi:testsrc2'
          bbox: true
          size: 2000
      """)
    #expect(
      others == [
        "line 2: streams.b.size: The value is invalid for 'size'",
        "line 4: streams.c: bbox needs a size below 1000.",
      ])
  }

  @Test("a file in a folder that is not there is found before anything starts")
  func folders() {
    #expect(
      problems("streams: {a: {source: 'lavfi:testsrc2', outputs: [{video: /nowhere/out.mp4}]}}").first?
        .hasSuffix("streams: stream a: there is no folder /nowhere") == true)
  }

  @Test("one video of two streams is found before anything starts")
  func sharedVideo() {
    let found = problems(
      """
      streams:
        a: {source: 'lavfi:testsrc2', outputs: [{video: /tmp/out.mp4}]}
        b: {source: 'lavfi:testsrc2', outputs: [{video: /tmp/../tmp/out.mp4}]}
      """)
    #expect(found.count == 1)
    #expect(found.first?.contains("stream b: there is another video") == true)
  }

  @Test("what is filled in is not shown where it is no good")
  func badSecret() {
    let found = problems(
      "streams: {a: {source: 'lavfi:testsrc2', outputs: [{mqtt: '${BROKER}'}]}}",
      environment: ["BROKER": "mqtt//me:hunter2@host"])
    #expect(found.first?.contains("not '${BROKER}'") == true, "\(found)")
    #expect(!found.joined().contains("hunter2"))
  }

  @Test("certificates are read for an encrypted broker only, and have to be there")
  func certificates() throws {
    func found(_ output: String) -> [String] {
      problems("streams: {a: {source: 'lavfi:testsrc2', outputs: [{\(output)}]}}")
    }
    let file = SampleConfiguration.path
    #expect(found("mqtt: 'mqtts://broker', ca_file: \(file)").isEmpty)
    #expect(found("mqtt: 'mqtt://broker', ca_file: \(file)").first?.contains("mqtts:// only") == true)
    #expect(found("mqtt: 'mqtts://broker', ca_file: /nowhere").first?.contains("ca_file: cannot read") == true)
    #expect(found("mqtt: 'mqtts://broker', cert_file: \(file)").first?.contains("key_file: ") == true)
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
    #expect(
      problems(stream + "http: {token: 'with space; and more'}").contains { $0.contains("must be of letters") })
    for off in ["off", "false", "no"] { #expect(problems(stream + "http: \(off)").isEmpty) }
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
}

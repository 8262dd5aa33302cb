import Foundation
import Kapao
import Pipeline
import Service
import TestSupport
import Testing
import Tracking
import VideoIO
import YAMLFile

@Suite("Configuration")
struct ConfigurationReaderTests {
  /// libav's words for a filter that there is not.
  private static let unknownFilter =
    MediaLibrary.version.hasPrefix("5.") ? "No such filter" : "Error processing filtergraph: Filter not found"

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
    #expect(!first.carriesAudio)
    #expect(configuration.streams[1].carriesAudio)
    #expect(first.stallTimeout == 8)
    #expect(first.analysis.drawing.skeleton == false && first.analysis.drawing.bbox == false)
    #expect(first.network.inputSize == 640)
    var second = ServiceBench.usual
    second.detection.size = 512
    second.drawing.bbox = true
    #expect(configuration.streams[1].analysis == second)
    #expect(configuration.streams[1].maximumRate == 10)
    #expect(first.outputs.count == 2)
    guard case .record(let files, _) = first.outputs[1] else {
      Issue.record("the second output is a recording")
      return
    }
    #expect(files.seconds == 600)
    #expect(files.retention == Retention(age: 604_800, bytes: 20_000_000_000))
  }

  @Test("the input format can be said where libav has it, and for what has none of its own")
  func inputFormat() throws {
    let text = { (source: String, format: String) in
      "streams: {a: {source: '\(source)', input_format: \(format)}}"
    }
    #expect(try read(text("http://camera/video", "mjpeg")).streams[0].source.format == "mjpeg")
    #expect(problems(text("http://camera/video", "jpegs")).first?.contains("no input format 'jpegs'") == true)
    #expect(problems(text("lavfi:testsrc2", "mjpeg")).first?.contains("is for files and for what comes") == true)
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
    #expect(
      found.contains("line 5: streams.court 1.bbox: must be true or false, not 'perhaps'"))
    #expect(found.contains("line 7: streams.court2.max_fps: must be a number from 0.1 to 1000, not 'fast'"))
    #expect(found.contains { $0.hasPrefix("line 8: streams.court2.source: unknown kind of source 'gopher'") })
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
        b: {source: 'lavfi:testsrc2', size: big, bbox: perhaps, preset: best, color: reddish, refine: 400}
        c:
          source: 'lavfi:testsrc2'
          tracker: none
          smooth: one-euro
      """)
    #expect(
      Set(others) == [
        "line 2: streams.b.size: The value 'big' is invalid for 'size': must be a number",
        "line 2: streams.b.bbox: must be true or false, not 'perhaps'",
        "line 2: streams.b.preset: The value 'best' is invalid for 'preset': must be one of "
          + Preset.allCases.map(\.rawValue).joined(separator: ", "),
        "line 2: streams.b.color: The value 'reddish' is invalid for 'color': must be person, side, or a colour as name, "
          + "#rrggbb or r,g,b",
        "line 2: streams.b.refine: The value '400' is invalid for 'refine': must be off, auto, or a number from 1 to 300",
        "line 4: streams.c: smooth needs a tracker.",
      ])
  }

  @Test("a file in a folder that is not there is found before anything starts")
  func folders() {
    #expect(
      problems("streams: {a: {source: 'lavfi:testsrc2', outputs: [{video: /nowhere/out.mp4}]}}").first?
        .hasSuffix("streams.a.outputs[1].video: there is no folder /nowhere") == true)
  }

  @Test("one video of two streams is found before anything starts")
  func sharedVideo() {
    let found = problems(
      """
      streams:
        a: {source: 'lavfi:testsrc2', outputs: [{video: /tmp/out.mp4}]}
        b: {source: 'lavfi:testsrc2', outputs: [{video: /tmp/../tmp/out.mp4}]}
      """)
    #expect(found == ["line 3: streams.b.outputs[1].video: there is another video /tmp/../tmp/out.mp4"])
  }

  @Test("an output that would replace what is read is found before anything starts")
  func outputIsInput() throws {
    try Media.withFolder { folder in
      try FileManager.default.copyItem(atPath: Media.path("offset.ts"), toPath: folder.path + "/h0.ts")
      let found = problems(
        """
        streams:
          a: {source: '\(folder.path)/h0.ts', outputs: [{video: '\(folder.path)/h.m3u8'}, {record: '\(folder.path)/h0.ts'}]}
        """)
      #expect(
        found == [
          "line 2: streams.a.outputs[2].record: \(folder.path)/h0.ts is no folder",
          "line 2: streams.a.outputs: \(folder.path)/h.m3u8 would replace \(folder.path)/h0.ts, which is the source",
        ])
    }
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

  @Test("a secret that is not there is a problem of its line")
  func missingSecret() {
    let found = problems("streams:\n  a:\n    source: rtsp://${NOBODY_SET_THIS}@camera/live")
    #expect(found == ["line 3: streams.a.source: the environment variable NOBODY_SET_THIS is not set"])
    #expect(problems("streams: {a: {source: 'rtsp://${file:/no/such}@c'}}").first?.contains("/no/such") == true)
  }

  @Test(
    "sources that cannot be are found before anything starts, each with its field",
    arguments: [
      ("source: /nowhere/clip.mp4", "source: cannot open /nowhere/clip.mp4: No such file or directory"),
      ("source: /etc", "source: cannot open /etc: there is no picture in the folder"),
      ("source: /etc/passwd", "source: cannot open /etc/passwd: Invalid data"),
      ("source: 'lavfi:testsrc2=s=abc'", "source: cannot open testsrc2=s=abc: "),
      ("source: 'lavfi:nosuchfilter'", "source: cannot open nosuchfilter: \(unknownFilter)"),
      ("source: 'gopher://cam/live'", "source: unknown kind of source 'gopher'"),
      ("source: 'rtsp://cam:99999/live'", "source: the URL has port 99999, not one of 1 to 65535"),
      ("source: 'rtsp://me:p#w@cam/live'", "source: the URL has no number as its port (#, / and ? in a password"),
      ("source: 'http:///live'", "source: the URL names no host"),
      ("source: 'rtsp://cam/live', source_options: {framerate: 30}", "source_options.framerate: is no option of such"),
      ("source: 'https://cam/x', source_options: {nosuch: 1}", "source_options.nosuch: is no option of such"),
      ("source: 'rtsp://cam/live', source_options: {analyzeduration: x}", "analyzeduration: cannot be 'x'"),
      ("source: /dev/video9, source_options: {nosuch: 1}", "source_options.nosuch: is no option of such"),
      ("source: 'rtsps://cam/live'", "source: this version of libav cannot check the certificate"),
      ("source: 'rtsp://cam/live', tls_verify: false", "source: tls_verify and ca_file are for https://"),
      ("source: 'https://cam/live', ca_file: /nowhere", "ca_file: cannot read the file /nowhere"),
    ])
  func badSource(source: String, problem: String) {
    let found = problems("streams:\n  a:\n    {\(source)}")
    #expect(found.count == 1)
    #expect(found.first?.contains(problem) == true, "\(found)")
  }

  @Test(
    "sources that may come later are not looked for",
    arguments: [
      "source: 'rtsp://cam.invalid/live', source_options: {buffer_size: 100000, user_agent: x}",
      "source: 'https://cam.invalid/live', source_options: {headers: x}, tls_verify: false",
      "source: 'rtsps://cam.invalid/live', tls_verify: false", "source: 'udp://@239.0.0.1:1234'",
      "source: 'srt://:9000?mode=listener', source_options: {latency: 200000}",
      "source: /dev/video9, source_options: {framerate: 30, video_size: 640x480}", "source: screen",
      "source: 'rtmps://cam.invalid/live/x', ca_file: /etc/passwd",
    ])
  func absentSource(source: String) {
    #expect(problems("streams: {a: {\(source)}}").isEmpty)
  }

  @Test(
    "outputs that cannot be are found before anything starts, each with its field",
    arguments: [
      ("video: out.xyz", "video: cannot write out.xyz: no container is known for this file extension"),
      ("video: out.mp4, codec: nosuch", "codec: unknown video encoder 'nosuch'"),
      ("video: out.webm, codec: libx264", "codec: a webm file cannot hold h264"),
      ("video: 'gopher://host/x'", "video: cannot write gopher://host/x: unknown kind of output 'gopher'"),
      ("video: 'rtmp://host:99999/app/streamkey'", "video: cannot write rtmp://host:99999/app/***: the URL has port"),
      ("video: 'rtsps://host/x'", "video: cannot write rtsps://host/x: this version of libav cannot check"),
      ("video: /nowhere/out.mp4", "video: there is no folder /nowhere"),
      ("record: /tmp, codec: nosuch", "codec: unknown video encoder 'nosuch'"),
      ("poses: /tmp, codec: libx264", "codec: is not known here"),
      ("mqtt: 'mqtt://host:99999'", "mqtt: must be an address"),
    ])
  func badOutput(output: String, problem: String) {
    let found = problems("streams:\n  a:\n    source: lavfi:testsrc2\n    outputs:\n      - {\(output)}")
    #expect(found.count == 1 && found[0].hasPrefix("line 5: streams.a.outputs[1].\(problem)"), "\(found)")
  }

  @Test("aliases that stand for very much take no time, whether as a value or as a name")
  func aliasBomb() {
    let bomb =
      "a0: &a0 [x, x]\n" + (1..<40).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
    for text in ["? *a39\n: 1\n", "streams: *a39\n", ""] {
      #expect(
        problems(bomb + text) == ["line 15: there are more than 100000 values, with those that aliases stand for"])
    }
    let few = "a0: &a0 [x, x]\na1: &a1 {b: *a0}\n"
    #expect(problems(few + "? *a1\n: 1") == ["line 3: a name must be text"])
    #expect(problems("? [x, y]\n: 1") == ["line 1: a name must be text"])
    #expect(
      problems("streams: " + String(repeating: "{a: ", count: 60)) == ["line 1: more than 50 levels in each other"])
    #expect(problems(String(repeating: "[", count: 100_000)).count == 1)
  }

  @Test("an alias may stand for a stream")
  func alias() throws {
    let configuration = try read("streams:\n  a: &a {source: 'lavfi:testsrc2', size: 128}\n  b: *a")
    #expect(configuration.streams.map(\.network.inputSize) == [128, 128])
  }

  @Test("what has no end, or is no text, is no configuration", arguments: ["/dev/zero", "/bin/ls", "/nowhere"])
  func noText(path: String) {
    #expect(throws: ConfigurationError.self) { try ServiceBench.reader([:]).read(path) }
  }

  @Test("settings are equal after a way through YAML's and JSON's form, and nothing is written that is not set")
  func comesBack() throws {
    #expect(try JSONEncoder().encode(AnalysisSettings()) == Data("{}".utf8))
    var settings = AnalysisSettings()
    settings.detection.poseConfidence = 0.3
    settings.detection.refine = .people(3)
    settings.detection.ttaFlips = FlipList([true, false])
    settings.tracking.region = PictureRegion("0.2,0.3 0.8,0.3 1,1")
    settings.tracking.detectEvery = .auto
    settings.drawing.color = .fixed(.white)
    let json = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(AnalysisSettings.self, from: json) == settings)
    let object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(object["refine"] as? Int == 3 && object["tta_flips"] as? String == "lr,none")
    #expect(Set(object.keys).isSubset(of: AnalysisSettings.names))
  }
}

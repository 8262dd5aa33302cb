import Kapao
import Pipeline
import Testing

@Suite("Live sources")
struct LiveSourceTests {
  @Test(
    "what a user writes says what kind of source it is",
    arguments: [
      ("rtsp://camera/live", LiveSource.Kind.network, nil), ("https://host/cam.mjpg", .network, nil),
      ("srt://host:9000", .network, nil), ("/dev/video0", .device, "v4l2"), ("v4l2:/dev/video2", .device, "v4l2"),
      ("screen::7", .device, "x11grab"), ("lavfi:testsrc2", .generator, "lavfi"), ("clip.mp4", .file, nil),
      ("file:clip.mp4", .file, nil), ("a strange name: 1.mp4", .file, nil),
    ] as [(String, LiveSource.Kind, String?)])
  func kinds(text: String, kind: LiveSource.Kind, format: String?) throws {
    let source = try LiveSource(text)
    #expect(source.kind == kind)
    #expect(source.format == format)
    #expect(source.isLive == (kind == .network || kind == .device))
  }

  @Test("a source on the network cannot open local files, not even when asked to")
  func protocols() throws {
    let source = try LiveSource("http://host/list.m3u8", options: ["protocol_whitelist": "file,http"])
    let allowed = try #require(source.options["protocol_whitelist"]).split(separator: ",")
    #expect(allowed.contains("http"))
    for forbidden in ["file", "pipe", "concat", "subfile", "data", "unix"] {
      #expect(!allowed.contains("\(forbidden)"))
    }
  }

  @Test(
    "a source that waits for a sender may wait for ever",
    arguments: [
      ("srt://0.0.0.0:9000?mode=listener&latency=200", [:], true), ("srt://host:9000?mode=caller", [:], false),
      ("srt://0.0.0.0:9000", ["mode": "listener"], true), ("tcp://0.0.0.0:9000?listen", [:], true),
      ("tcp://0.0.0.0:9000?listen=0", [:], false), ("rtmp://0.0.0.0/live", ["listen": "1"], true),
      ("http://camera/video?mode=listener", [:], false), ("rtsp://camera/live", [:], false),
    ] as [(String, [String: String], Bool)])
  func listener(text: String, options: [String: String], expected: Bool) throws {
    let source = try LiveSource(text, options: options)
    #expect(source.isListener == expected)
    #expect((source.readerOptions.timeout == nil) == expected)
    #expect((source.readerOptions.libavOptions["rw_timeout"] != nil) == expected)
    #expect(LiveSettings(name: "x", source: source, thresholds: Preset.demo.thresholds).rules.isListener == expected)
  }

  @Test("the input format can be said for files and what comes over the network, if libav has it")
  func format() throws {
    #expect(try LiveSource("http://camera/video", format: "mjpeg").readerOptions.format == "mjpeg")
    #expect(try LiveSource("clip.bin", format: "h264").readerOptions.format == "h264")
    #expect(throws: LiveSourceError.unknownFormat("jpegs")) { try LiveSource("http://camera/video", format: "jpegs") }
    #expect(throws: LiveSourceError.ownFormat("mjpeg")) { try LiveSource("lavfi:testsrc2", format: "mjpeg") }
  }

  @Test("RTSP goes over TCP unless told otherwise")
  func transport() throws {
    #expect(try LiveSource("rtsp://camera/live").options["rtsp_transport"] == "tcp")
    #expect(try LiveSource("rtsp://camera/live", transport: .udp).options["rtsp_transport"] == "udp")
    #expect(try LiveSource("http://camera/live").options["rtsp_transport"] == nil)
  }

  @Test("HLS comes in bursts and is spread, MJPEG is not")
  func bursts() throws {
    #expect(try LiveSource("https://host/live.m3u8?x=1").isPaced)
    #expect(try !LiveSource("https://host/live.mjpg").isPaced)
  }

  @Test("unknown schemes and empty texts are refused", arguments: ["gopher://host", "concat://a", ""])
  func refused(text: String) {
    #expect(throws: LiveSourceError.self) { try LiveSource(text) }
  }

  @Test("a webcam that is not there is named with those that are")
  func noWebcam() {
    #expect(throws: LiveSourceError.self) { try LiveSource("v4l2:No Such Camera") }
  }

  @Test("credentials are not shown")
  func credentials() throws {
    #expect(try LiveSource("rtsp://viewer:secret@camera/live").description == "rtsp://***@camera/live")
  }
}

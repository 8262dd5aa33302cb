import Support
import Testing
import VideoIO

@Suite("Redaction")
struct RedactionTests {
  @Test(
    "Of an input's URL, scheme, host, port and a plain path are shown",
    arguments: [
      ("rtsp://admin:s3cret@cam:8554/live", "rtsp://***@cam:8554/live"), ("rtsp://a:b@c@cam/1", "rtsp://***@cam/1"),
      ("rtsp://admin:my s3cret@cam/live", "rtsp://***@cam/live"), ("rtsp://[fe80::1]:554/1", "rtsp://[fe80::1]:554/1"),
      ("http://h/v?token=abc&x=1", "http://h/v?***"), ("http://h/cgi?loginuse=a&loginpas=b", "http://h/cgi?***"),
      ("http://h/v.cgi?p=abc", "http://h/v.cgi?***"), ("srt://h:1?passphrase=abc", "srt://h:1?***"),
      ("https://h/v#abc", "https://h/v#***"), ("rtsp://h/user=a&password=b&channel=1", "rtsp://h/user=***"),
      ("rtsp://h/user=a_password=b_channel=1_stream=0.sdp", "rtsp://h/user=***"),
      ("rtmp://a.example/live2/abcd-efgh-1234", "rtmp://a.example/live2/***"),
      ("rtmps://h:443/app/inst/key/", "rtmps://h:443/app/inst/***/"),
      ("rtsps://nvr:7441/WyYnLNFTRm3pSEQX?enableSrtp", "rtsps://nvr:7441/***?***"),
      ("https://h/550e8400-e29b-41d4-a716-446655440000/index.m3u8", "https://h/***/index.m3u8"),
      ("rtsp://cam/h264Preview_01_main", "rtsp://cam/h264Preview_01_main"),
      ("rtsp://cam/Streaming/Channels/101", "rtsp://cam/Streaming/Channels/101"),
      // Where nobody can tell where the credentials end, there is nothing but the scheme.
      ("rtsp://admin:pa#ss@cam/live", "rtsp://***"), ("rtsp://admin:12/34@cam/live", "rtsp://***"),
      ("rtsp://u:a@b/c@cam/live", "rtsp://***"), ("http://h/v?mail=a@b", "http://***"),
      // What is no URL stays.
      ("clip.mp4", "clip.mp4"), ("/home/kapao/recordings", "/home/kapao/recordings"),
      ("file:///v?a.mp4", "file:///v?a.mp4"),
    ])
  func names(name: String, shown: String) {
    #expect(Redaction.shown(name) == shown)
    #expect(Redaction.shown(shown) == shown)
    #expect(Redaction.redact("cannot open \(name): no route") == "cannot open \(shown): no route")
    let error = VideoError(operation: "open", input: name, code: .timedOut, detail: "failed: \(name)")
    #expect(error.input == shown)
    #expect(!error.description.contains("s3cret"))
  }

  @Test("Credentials in other text are hidden, whether their URL is known or not")
  func text() {
    #expect(Redaction.redact("from rtsp://u:a b@c/1 to rtsp://v:w@d/2.") == "from rtsp://***@c/1 to rtsp://***@d/2.")
    #expect(Redaction.redact("opening 'http://h/a?b=c', then") == "opening 'http://h/a?***', then")
    #expect(Redaction.redact("password=abc; rate=25") == "password=***; rate=25")
    #expect(Redaction.redact("listening on http://127.0.0.1:8080/") == "listening on http://127.0.0.1:8080/")
  }

  @Test("What a URL hides is hidden where libav writes it in another way")
  func otherForms() {
    _ = Redaction.shown("rtsp://viewer:un%23usual-word@cam/1")
    #expect(Redaction.redact("login un#usual-word refused") == "login *** refused")
    _ = Redaction.shown("rtmp://h/app/unusual-stream-name")
    #expect(Redaction.redact("cannot publish unusual-stream-name") == "cannot publish ***")
    _ = Redaction.shown("http://h/v?loginpas=unusual-login")
    #expect(Redaction.redact("unusual-login: no") == "***: no")
  }

  @Test("Texts of fewer than four characters are no secrets")
  func short() {
    Redaction.hide("abc")
    #expect(Redaction.redact("abcdef") == "abcdef")
  }
}

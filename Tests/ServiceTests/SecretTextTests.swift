import Foundation
import Service
import Support
import TestSupport
import Testing
import VideoIO
import YAMLFile

@Suite("Variables in a configuration")
struct SecretTextTests {
  private func expand(_ text: String, _ environment: [String: String]) throws -> String {
    try SecretText(environment: environment).expand(text).get()
  }

  @Test(
    "a password in a URL's user information is encoded as far as it has to be",
    arguments: [
      ("plain-word.1", "plain-word.1"), ("p#a/s?s%w@r:d x", "p%23a%2Fs%3Fs%25w%40r%3Ad%20x"), ("50%off", "50%25off"),
      ("grüße", "gr%C3%BC%C3%9Fe"),
      // Encoded already: nothing but %XX would have to be.
      ("p%40ss%23", "p%40ss%23"),
    ])
  func encoding(word: String, encoded: String) throws {
    #expect(try expand("rtsp://viewer:${WORD}@cam/live", ["WORD": word]) == "rtsp://viewer:\(encoded)@cam/live")
    #expect(
      try expand("${S}://${U}:${WORD}@${H}/live", ["S": "https", "U": "a@b", "WORD": word, "H": "cam"])
        == "https://a%40b:\(encoded)@cam/live")
  }

  @Test("user and password may come in one variable, and whole URLs are left alone")
  func whole() throws {
    #expect(try expand("rtsp://${LOGIN}@cam", ["LOGIN": "me:p#w:x"]) == "rtsp://me:p%23w%3Ax@cam")
    #expect(try expand("${URL}", ["URL": "rtsp://me:p%23w@cam/a?b"]) == "rtsp://me:p%23w@cam/a?b")
    #expect(try expand("http://cam/${PATH}?p=${P}", ["PATH": "a/b", "P": "c#d"]) == "http://cam/a/b?p=c#d")
    #expect(try expand("rtmp://me:${WORD}@host/app/key", ["WORD": "a%b"]) == "rtmp://me:a%b@host/app/key")
    #expect(try expand("rtsp://me:p%23${REST}@cam", ["REST": "#"]) == "rtsp://me:p%23%23@cam")
  }

  @Test("what is filled in is hidden outside scheme, host and port, and where its name or place says that it is secret")
  func hidden() throws {
    func isHidden(_ text: String, _ name: String, _ value: String) throws -> Bool {
      _ = try expand(text, [name: value])
      return !Redaction.redact("something \(value) something").contains(value)
    }
    #expect(try isHidden("rtsp://a:${X}@cam/1", "X", "zebra-1"))
    #expect(try isHidden("rtsp://cam/${X}/1", "X", "zebra-2"))
    #expect(try isHidden("http://cam/1?x=${X}", "X", "zebra-3"))
    #expect(try isHidden("${MY_TOKEN}", "MY_TOKEN", "zebra-4"))
    #expect(try isHidden("/srv/${CAMERA_PASSWORD}", "CAMERA_PASSWORD", "zebra-5"))
    #expect(try !isHidden("${HOME}/recordings", "HOME", "/home/zebra-6"))
    #expect(try !isHidden("rtsp://${CAMERA}:554/1", "CAMERA", "zebra-7.example"))
    #expect(try !isHidden("rtsp://a:b@${CAMERA}/1", "CAMERA", "zebra-8.example"))
    #expect(try !isHidden("${PWD}/x.mkv", "PWD", "/srv/zebra-9"))
    _ = SecretText(environment: ["X": "zebra-10"]).expand("${X}", isSecret: true)
    #expect(Redaction.redact("zebra-10") == "***")
    try Media.withFolder { folder in
      let file = folder.appending(path: "word").path
      try "zebra-11\n".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try expand("${file:\(file)}", [:]) == "zebra-11")
      #expect(Redaction.redact("zebra-11") == "***")
    }
  }

  @Test("a source's credentials are in no text that shows it, and a folder's path is")
  func configuration() throws {
    let text = """
      streams:
        a:
          source: 'rtsp://viewer:${CAMERA_WORD}@camera/${CAMERA_KEY}'
          outputs: [{record: '${HOME}'}]
      """
    let environment = ["CAMERA_WORD": "hunter2#word", "CAMERA_KEY": "hunter2-key", "HOME": "/tmp"]
    let stream = try ServiceBench.reader(environment).read(text, path: "test.yaml").streams[0]
    #expect(stream.source.input == "rtsp://viewer:hunter2%23word@camera/hunter2-key")
    #expect(stream.source.description == "rtsp://***@camera/***")
    #expect(Redaction.redact("recording /tmp") == "recording /tmp")
    #expect(Redaction.redact("hunter2#word hunter2%23word hunter2-key") == "*** *** ***")
  }
}

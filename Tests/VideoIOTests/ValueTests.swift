import Foundation
import TestSupport
import Testing
import VideoIO

struct ValueTests {
  @Test(
    "Credentials never appear in an error",
    arguments: [
      ("rtsp://admin:s3cret@cam/1", "rtsp://***@cam/1"), ("http://h/v?token=abc&x=1", "http://h/v?token=***&x=1"),
      ("rtsp://h/user=a&password=b&channel=1", "rtsp://h/user=***&password=***&channel=1"),
      ("clip.mp4", "clip.mp4"), ("srt://h:1?passphrase=abc", "srt://h:1?passphrase=***"),
      ("rtsp://a:b@c@cam/1", "rtsp://***@cam/1"),
    ])
  func redaction(text: String, expected: String) {
    #expect(Redaction.redact(text) == expected)
    let error = VideoError(operation: "open", input: text, code: .timedOut, detail: "failed: \(text)")
    #expect(!error.description.contains("s3cret"))
    #expect(error.input == expected)
  }

  @Test("An error is one line that names operation, input and reason")
  func errorText() {
    let error = VideoError(operation: "open", input: "a.mp4", code: .invalidData, detail: "moov atom not found")
    #expect(
      error.description == "cannot open a.mp4: moov atom not found (Invalid data found when processing input)")
    #expect(error.kind == .unusableInput)
    #expect(VideoError(operation: "read", input: "a", code: .timedOut).kind == .transient)
    #expect(VideoError(operation: "read", input: "a", code: .exit).kind == .cancelled)
    #expect(AVErrorCode(errno: ENOENT).description == "No such file or directory")
  }

  @Test("Ratios are written and read exactly")
  func rationals() throws {
    let rate = Rational(30000, 1001)
    #expect(rate.description == "30000/1001")
    #expect(abs(rate.doubleValue - 29.97) < 0.001)
    #expect(Rational(0, 0).doubleValue == 0)
    let json = try JSONEncoder().encode([rate])
    #expect(try JSONDecoder().decode([Rational].self, from: json) == [rate])
  }

  @Test("What was found in a file survives JSON")
  func infoAsJSON() throws {
    let info = try VideoReader.probe(Media.path("full.mkv"))
    let json = try JSONEncoder().encode(info)
    #expect(try JSONDecoder().decode(MediaInfo.self, from: json) == info)
    #expect(info.streams.map(\.kind) == [.video, .audio, .audio, .subtitle])
    #expect(info.videoStream?.video?.frameRate == Rational(25, 1))
    #expect(info.streams[2].audio?.sampleRate == 48000)
    #expect(try VideoReader.probe(Media.path("interlaced.mp4")).videoStream?.video?.fieldOrder == "tt")
    #expect(try VideoReader.probe(Media.path("hevc10.mp4")).videoStream?.video?.bitDepth == 10)
    #expect(try VideoReader.probe(Media.path("audio_only.m4a")).videoStream == nil)
  }

  @Test("The digest is the standard's")
  func digest() throws {
    try Media.withFolder { folder in
      let path = folder.appendingPathComponent("abc").path
      try Data("abc".utf8).write(to: URL(fileURLWithPath: path))
      let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      #expect(try FileDigest.sha256(ofFile: path) == expected)
      #expect(throws: VideoError.self) { try FileDigest.sha256(ofFile: path + "-missing") }
    }
  }

  @Test("Timestamps that are there and increase are left alone, others are moved as little as possible")
  func repair() {
    var repair = TimestampRepair()
    let input: [Int64?] = [10, 20, 20, 15, nil, 50]
    #expect(input.map { repair.next(pts: $0, duration: 10) } == [10, 20, 21, 22, 32, 50])
    #expect(repair.repaired == 3)
    var none = TimestampRepair()
    #expect([nil, nil, nil].map { none.next(pts: $0, duration: 4) } == [0, 4, 8])
    #expect(none.repaired == 0)
  }

  @Test("Where time jumps back, what follows goes on where the stream had ended, in every stream alike")
  func stitching() {
    var stitcher = TimelineStitcher()
    let second: Int64 = 1_000_000
    for time in 1...10 { #expect(stitcher.shift(stream: 0, time: Int64(time) * second, duration: second) == 0) }
    for time in 1...9 { #expect(stitcher.shift(stream: 1, time: Int64(time) * second, duration: second) == 0) }
    #expect(stitcher.shift(stream: 0, time: second, duration: second) == 10 * second)
    #expect(stitcher.shift(stream: 1, time: 10 * second, duration: second) == 0)
    #expect(stitcher.shift(stream: 1, time: second, duration: second) == 10 * second)
    #expect(stitcher.shift(stream: 0, time: nil, duration: second) == 10 * second)
    #expect(stitcher.shift(stream: 0, time: 2 * second, duration: second) == 10 * second)
    #expect(stitcher.jumps == 1)
  }

  @Test("Gaps and small steps back are left as they are")
  func noStitching() {
    var stitcher = TimelineStitcher()
    for time in [0, 40_000, 20_000, 90_000_000] as [Int64] {
      #expect(stitcher.shift(stream: 0, time: time, duration: 40_000) == 0)
    }
    #expect(stitcher.jumps == 0)
  }

  @Test("A GIF takes every second frame of sixty a second")
  func pacing() {
    var pacer = FramePacer(frameRate: Rational(60, 1), minimumGap: 2)
    #expect([0, 2, 3, 5, 7, 8, 10].map { pacer.admit($0) } == [0, nil, 3, nil, 7, nil, 10])
    var all = FramePacer(frameRate: nil, minimumGap: 0)
    #expect([0, 1, 1, 5].map { all.admit($0) } == [0, 1, 2, 5])
  }
}

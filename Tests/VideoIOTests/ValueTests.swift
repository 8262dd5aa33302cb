import Foundation
import TestSupport
import Testing
import VideoIO

struct ValueTests {
  @Test("A frame has arrived when its own packet had, whatever order they leave the decoder in")
  func arrivals() {
    var arrivals = PacketArrivals()
    for (pts, time) in [(0, 10.0), (3, 11), (1, 12), (2, 13)] as [(Int64, Double)] { arrivals.add(pts: pts, at: time) }
    #expect([0, 1, 2, 3].map { arrivals.take(pts: $0) } == [10, 12, 13, 11])
    #expect(arrivals.take(pts: 3) == nil)
    // Packets that give no frame must not count for those that follow.
    for time in [20.0, 21, 22] { arrivals.add(pts: 7, at: time) }
    #expect(arrivals.take(pts: 7) == 22)
    for pts in 0..<1000 { arrivals.add(pts: Int64(pts), at: 0) }
    #expect(arrivals.take(pts: 1) == nil)
    #expect(arrivals.take(pts: 999) == 0)
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

  private let second: Int64 = 1_000_000

  @Test(
    "Where time jumps, what follows goes on where the input had ended, in every stream alike", arguments: [1, 100_000])
  func stitching(first: Int64) {
    var stitcher = TimelineStitcher(mayJump: true)
    func shift(_ stream: Int32, _ time: Int64?) -> Int64 {
      stitcher.shift(stream: stream, dts: time.map { $0 * second }, duration: second) / second
    }
    for time in 1...10 { #expect(shift(0, Int64(time)) == 0) }
    for time in 1...9 { #expect(shift(1, Int64(time)) == 0) }
    #expect(shift(0, first) == 11 - first)
    #expect(shift(1, 10) == 0)
    #expect(shift(1, first) == 11 - first)
    #expect(shift(0, nil) == 11 - first)
    #expect(shift(0, first + 1) == 11 - first)
    #expect(stitcher.jumps == [.init(time: 11 * second, distance: (first - 11) * second)])
  }

  @Test("Small steps back, and gaps that another stream has not, are left as they are")
  func noStitching() {
    var stitcher = TimelineStitcher(mayJump: true)
    for time in [0, 40_000, 20_000, 9_000_000] as [Int64] {
      #expect(stitcher.shift(stream: 0, dts: time, duration: 40_000) == 0)
    }
    for time in 9...40 { #expect(stitcher.shift(stream: 1, dts: Int64(time) * second, duration: second) == 0) }
    #expect(stitcher.shift(stream: 0, dts: 40 * second, duration: 40_000) == 0)
    #expect(stitcher.jumps.isEmpty)
  }

  @Test("A single wrong time is no jump, and gaps are as they should be where time cannot jump")
  func wrongTime() {
    var stitcher = TimelineStitcher(mayJump: true)
    let shifts = [0, 1, 90_000, 3, 4].map { stitcher.shift(stream: 0, dts: $0 * second, duration: second) / second }
    #expect(shifts == [0, 0, 2 - 90_000, 0, 0])
    #expect(stitcher.jumps.isEmpty)
    var steady = TimelineStitcher(mayJump: false)
    for time in [0, 90_000, 180_000] as [Int64] {
      #expect(steady.shift(stream: 0, dts: time * second, duration: second) == 0)
    }
    #expect(steady.jumps.isEmpty)
  }

  @Test("A GIF takes every second frame of sixty a second")
  func pacing() {
    var pacer = FramePacer(.gif(frameRate: Rational(60, 1)))
    #expect([0, 2, 3, 5, 7, 8, 10].map { pacer.admit($0)?.time } == [0, nil, 3, nil, 7, nil, 10])
    var all = FramePacer(.none)
    #expect([0, 1, 1, 5].map { all.admit($0)?.time } == [0, 1, 2, 5])
  }

  @Test("A GIF of a video that claims more frames than it has takes all of them", arguments: [(1000, 4), (120, 2)])
  func claimedRate(rate: Int, distance: Int64) {
    var pacer = FramePacer(.gif(frameRate: Rational(rate, 1)))
    let taken = (0..<100).compactMap { pacer.admit(Int64($0) * distance) }
    #expect(taken.count >= 97)
  }

  @Test(
    "What is left of a subtitle that began before, also of one that says no more than when it is decoded",
    arguments: [(100, 0, 40, 60), (100, 0, 100, 0), (0, 5, 4, 1), (10, .min, 3, 0), (.max, 1, 0, 0), (5, 0, .max, 0)]
      as [(Int64, Int64, Int64, Int64)])
  func cut(duration: Int64, start: Int64, time: Int64, rest: Int64) {
    #expect(VideoWriter.rest(of: duration, from: start, at: time) == rest)
  }

  @Test("At a constant rate every tick has a frame, and what has no place is left out and counted")
  func constantRate() {
    var pacer = FramePacer(.constantRate)
    let placed = [2, 3, 3, 3, 7].map { pacer.admit($0) }
    #expect(placed.map { $0?.time } == [2, 3, 4, nil, 7])
    #expect(placed.compactMap { $0?.repeats } == [0..<2, 3..<3, 4..<4, 5..<7])
    #expect(pacer.dropped == 1)
    #expect(pacer.finish(10) == 8..<10)
  }
}

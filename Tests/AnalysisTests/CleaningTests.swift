import Analysis
import Foundation
import Kapao
import Testing

/// Tracks with known faults.
struct CleaningTests {
  let body = Body(skeleton: .coco17)

  /// Somebody who walks on the spot at 25 frames a second: ankles swing against each other.
  private func walker(_ count: Int = 100) -> [BodySample] {
    (0..<count).map { frame in
      let time = Double(frame) / 25
      var keypoints = [Point2?](repeating: nil, count: 17)
      for (index, point) in [
        (5, Point2(110, 60)), (6, Point2(90, 60)), (11, Point2(106, 120)), (12, Point2(94, 120)),
      ] { keypoints[index] = point }
      let swing = 30 * sin(2 * .pi * time)
      keypoints[13] = Point2(106 + swing / 2, 160)
      keypoints[14] = Point2(94 - swing / 2, 160)
      keypoints[15] = Point2(106 + swing, 200)
      keypoints[16] = Point2(94 - swing, 200)
      return BodySample(frame: frame, time: time, box: Box(x1: 60, y1: 20, x2: 140, y2: 210), keypoints: keypoints)
    }
  }

  private func cleaned(_ samples: [BodySample], _ settings: TrackCleaner.Settings = .init()) -> [TrackCleaner.Cleaned] {
    var cleaner = TrackCleaner(body: body, settings: settings)
    return samples.flatMap { cleaner.update($0) } + cleaner.finish()
  }

  @Test("a track without faults comes out as it went in, once each and in order")
  func untouched() {
    let samples = walker()
    #expect(cleaned(samples).map(\.sample) == samples)
  }

  @Test("legs that are exchanged for some frames are exchanged back, and it is said")
  func exchanged() {
    let samples = walker()
    var faulty = samples
    for frame in 31..<36 {  // ankles are 60 px and more apart
      faulty[frame].keypoints.swapAt(13, 14)
      faulty[frame].keypoints.swapAt(15, 16)
    }
    let out = cleaned(faulty)
    #expect(out.map(\.sample) == samples)
    #expect(out.indices.filter { !out[$0].exchanged.isEmpty } == Array(31..<36))
    #expect(out[33].found == faulty[33].keypoints)
  }

  @Test("a person who turns round is not held to be exchanged for ever")
  func turning() {
    var samples = walker()
    for frame in 40..<100 {
      samples[frame].keypoints.swapAt(13, 14)
      samples[frame].keypoints.swapAt(15, 16)
    }
    let out = cleaned(samples)
    #expect(out.suffix(40).allSatisfy { $0.exchanged.isEmpty })
  }

  @Test("a keypoint that jumps away is put back on its way, and what moves fast stays")
  func outlier() throws {
    let samples = walker()
    var faulty = samples
    faulty[50].keypoints[15] = Point2(400, 20)
    let out = cleaned(faulty)
    #expect(out[50].outliers == [15])
    #expect(out[50].filled == [15])
    let (repaired, truth) = (try #require(out[50].sample.keypoints[15]), try #require(samples[50].keypoints[15]))
    #expect((repaired - truth).length < 3)
    #expect(out.indices.filter { $0 != 50 && out[$0].sample != samples[$0] }.isEmpty)
  }

  @Test("gaps are filled up to the time that is allowed")
  func gaps() throws {
    let samples = walker()
    var faulty = samples
    for frame in 20..<24 { faulty[frame].keypoints[15] = nil }
    for frame in 60..<75 { faulty[frame].keypoints[16] = nil }
    let out = cleaned(faulty)
    for frame in 20..<24 {
      let (filled, truth) = (try #require(out[frame].sample.keypoints[15]), try #require(samples[frame].keypoints[15]))
      #expect((filled - truth).length < 5)
      #expect(out[frame].filled == [15])
    }
    #expect((60..<75).allSatisfy { out[$0].sample.keypoints[16] == nil })
  }

  @Test("nothing is done when everything is off")
  func off() {
    var samples = walker()
    samples[50].keypoints[15] = Point2(400, 20)
    samples[51].keypoints[16] = nil
    #expect(cleaned(samples, .off).map(\.sample) == samples)
  }

  @Test("squats are counted with their range and tempo, and trembling is not")
  func repetitions() {
    var noise = MovementTests.Noise(state: 9)
    let series = (0..<500).map { index in
      let time = Double(index) / 25
      let angle = time < 2 || time > 18 ? 5 : 50 - 45 * cos(2 * .pi * (time - 2) / 4)
      return (time: time, angle: angle + 2 * noise.normal())
    }
    let found = Repetitions(series).all
    #expect(found.count == 4)
    #expect(found.allSatisfy { abs($0.range - 90) < 12 && abs($0.duration - 4) < 1.2 })
    #expect(Repetitions(series.filter { $0.time < 2 }).all.isEmpty)
  }
}

import Foundation
import Kapao
import TestSupport
import Testing
import Tracking

struct PoseSmootherTests {
  /// A track of one walker; noise in heights, frames by time, `nil` where nobody was found.
  func track(
    seconds: Double = 3, rate: Double = 30, noise: Double = 0, isMissing: (Double) -> Bool = { _ in false },
    feet: @escaping @Sendable (Double) -> Double = { 300 + 100 * sin(2 * .pi * 0.8 * $0) }
  ) -> [TrackedFrame] {
    var random = SeededRandom(seed: 3)
    let walker = Walker(name: 1, height: 300, feet: { (feet($0), 600) })
    return (0..<Int(seconds * rate)).map { index in
      let time = Double(index) / rate
      var pose = walker.pose(at: time)!
      for keypoint in pose.keypoints.indices {
        pose.keypoints[keypoint].x += Float(random.normal(deviation: noise * 300))
        pose.keypoints[keypoint].y += Float(random.normal(deviation: noise * 300))
      }
      let state: TrackedPose.State = isMissing(time) ? .predicted : .detected
      return TrackedFrame(time: time, people: [TrackedPose(pose: pose, trackID: 1, state: state, lastSeen: time)])
    }
  }

  func run(_ frames: [TrackedFrame], _ smoothing: Smoothing, cutoff: Double = 6) throws -> [TrackedFrame] {
    var smoother = try #require(smoothing.smoother(cutoff: cutoff))
    return frames.flatMap { smoother.update($0) } + smoother.finish()
  }

  func wrist(_ frames: [TrackedFrame]) -> [Double] { frames.map { Double($0.people[0].pose.keypoints[9].x) } }

  /// Root of the mean square of the differences.
  func difference(_ a: [Double], _ b: [Double]) -> Double {
    (zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)).squareRoot()
  }

  @Test(arguments: [Smoothing.oneEuro, .butterworth])
  func `Every frame comes out once and in order, with what was found beside what was smoothed`(
    smoothing: Smoothing
  ) throws {
    let frames = track(noise: 0.01)
    let smooth = try run(frames, smoothing)
    #expect(smooth.map(\.time) == frames.map(\.time))
    #expect(smooth.map(\.people[0].raw) == frames.map { Optional($0.people[0].pose) })
    #expect(smooth[40].people[0].pose != frames[40].people[0].pose)
  }

  @Test func `One euro takes trembling from someone who stands`() throws {
    var random = SeededRandom(seed: 9)
    let still = Walker(name: 1, height: 300, feet: { _ in (300, 600) }).pose(at: 0)!
    var frames: [TrackedFrame] = []
    for index in 0..<90 {
      var pose = still
      pose.keypoints[9].x += Float(random.normal(deviation: 3))
      frames.append(TrackedFrame(time: Double(index) / 30, people: [TrackedPose(pose: pose, trackID: 1, lastSeen: 0)]))
    }
    let truth = [Double](repeating: Double(still.keypoints[9].x), count: 60)
    let raw = difference(Array(wrist(frames).suffix(60)), truth)
    #expect(difference(Array(wrist(try run(frames, .oneEuro)).suffix(60)), truth) < 0.6 * raw)
  }

  @Test func `One euro lags less than two frames behind someone who runs`() throws {
    let frames = track(feet: { 100 + 600 * $0 })
    let lag = zip(frames, try run(frames, .oneEuro)).dropFirst(15).map {
      ($0.people[0].pose.box.x1 - $1.people[0].pose.box.x1) / 600
    }
    #expect(lag.max()! < 2.0 / 30)
  }

  @Test func `The Butterworth filter is SciPy's filtfilt`() throws {
    let samples = (0..<24).map { index in
      let time = Double(index) / 30
      return 100 + 40 * sin(2 * .pi * 1.3 * time) + 6 * sin(2 * .pi * 11 * time + 1) + time * 50
    }
    let expected: [Double] = [
      105.04861, 112.00034, 123.07152, 134.43243, 142.08733, 147.42489, 150.05467, 149.20926, 146.29423, 140.54421,
      132.73137, 124.38316, 114.90756, 106.07183, 98.71161, 92.46045, 89.22380, 88.64350, 90.50649, 95.91573, 103.58750,
      113.94761, 125.58657, 134.20119,
    ]
    let filter = try #require(ButterworthFilter(cutoff: 6, rate: 30))
    for (value, reference) in zip(filter.filtered(samples, padding: 10), expected) {
      #expect(abs(value - reference) < 1e-4)
    }
  }

  @Test func `A frequency that frames are too seldom for is left alone`() {
    #expect(ButterworthFilter(cutoff: 6, rate: 15) == nil)
    #expect(ButterworthFilter(cutoff: 6, rate: 16) != nil)
    #expect(ButterworthFilter(cutoff: 0, rate: 30) == nil)
  }

  @Test func `The Butterworth filter takes noise away and does not shift`() throws {
    let (truth, noisy) = (track(), track(noise: 0.01))
    let smooth = try run(noisy, .butterworth)
    #expect(difference(wrist(smooth), wrist(truth)) < 0.7 * difference(wrist(noisy), wrist(truth)))
    #expect(difference(wrist(try run(truth, .butterworth)), wrist(truth)) < 0.3)
  }

  @Test(arguments: [3.0, 6, 10])
  func `Looking a part of a second ahead gives what the whole track gives`(cutoff: Double) throws {
    let frames = track(noise: 0.01)
    let filter = try #require(ButterworthFilter(cutoff: cutoff, rate: 30))
    let whole = filter.filtered(wrist(frames), padding: 30)
    for (value, reference) in zip(wrist(try run(frames, .butterworth, cutoff: cutoff)), whole).dropFirst(30).dropLast(
      30)
    {
      #expect(abs(value - reference) < 0.05)
    }
  }

  @Test func `Frames that come irregularly are smoothed by their times`() throws {
    var random = SeededRandom(seed: 5)
    let kept = track(seconds: 6, rate: 60, noise: 0).filter { _ in random.chance(0.6) }
    let smooth = try run(kept, .butterworth)
    #expect(difference(wrist(smooth), wrist(kept)) < 1.5)
  }

  @Test func `Short gaps are filled and marked, long ones are not`() throws {
    let frames = track { (1.0...1.19).contains($0) || (2.0...2.5).contains($0) }
    let smooth = try run(frames, .butterworth)
    for (frame, original) in zip(smooth, frames) {
      let expected: TrackedPose.State =
        original.people[0].state == .detected ? .detected : frame.time < 1.5 ? .filled : .predicted
      #expect(frame.people[0].state == expected)
      if expected == .filled {
        #expect(frame.people[0].raw == nil)
        #expect(abs(frame.people[0].pose.keypoints[11].x - original.people[0].pose.keypoints[11].x) < 15)
      }
    }
  }

  @Test func `People without an identity stay as they are`() throws {
    var frames = track(noise: 0.01)
    for index in frames.indices { frames[index].people[0].trackID = nil }
    for smoothing in [Smoothing.oneEuro, .butterworth] { #expect(try run(frames, smoothing) == frames) }
  }

  @Test(arguments: [Smoothing.oneEuro, .butterworth])
  func `Nothing in a frame stops a smoother`(smoothing: Smoothing) throws {
    var frames: [TrackedFrame] = []
    let values: [Float] = [.nan, 1, .infinity, -1e30, 5]
    for (index, time) in [0, 0, .nan, 5, 1, 1.01, .infinity, 1.02, 1.03, 0.2].enumerated() {
      let people = (0...index % 3).map { id in
        TrackedPose(
          pose: Pose(
            box: Box(x1: values[index % 5], y1: 0, x2: 3, y2: 4), score: 1,
            keypoints: [Keypoint](repeating: Keypoint(x: values[(index + id) % 5], y: 2), count: index % 4)),
          trackID: id, lastSeen: time)
      }
      frames.append(TrackedFrame(time: time, people: people))
    }
    #expect(try run(frames, smoothing).count == frames.count)
  }

  @Test func `A track that stands still in time does not pile up frames`() throws {
    var smoother = ButterworthSmoother()
    let person = track()[0].people[0]
    let released = (0..<1000).map { _ in smoother.update(TrackedFrame(time: 1, people: [person])).count }
    #expect(released.reduce(0, +) > 700)
  }

  @Test func `Time stamps a microsecond apart are no frame rate`() throws {
    var frames: [TrackedFrame] = []
    for frame in track(noise: 0.01) {
      for step in 0..<3 {
        var copy = frame
        copy.time += Double(step) * 1e-6
        frames.append(copy)
      }
    }
    let single = wrist(try run(track(noise: 0.01), .butterworth))
    let smooth = wrist(try run(frames, .butterworth))
    #expect(smooth.count == frames.count)
    #expect(difference(stride(from: 0, to: smooth.count, by: 3).map { smooth[$0] }, single) < 1)
  }

  @Test func `Smoothing goes over interpolated frames, which have no raw pose`() throws {
    let all = track(noise: 0.01)
    var interpolator = PoseInterpolator(size: ImageSize(width: 1280, height: 720))
    var frames: [TrackedFrame] = []
    for (index, frame) in all.enumerated() {
      guard index % 3 == 0 else {
        interpolator.skip(at: frame.time)
        continue
      }
      var seen = frame
      seen.people[0].followed = 1
      frames += interpolator.update(seen)
    }
    for smoothing in [Smoothing.oneEuro, .butterworth] {
      let smooth = try run(frames, smoothing)
      #expect(smooth.map { $0.people[0].state } == frames.map { $0.people[0].state })
      for index in [30, 31, 32] {
        #expect(smooth[index].people[0].pose != frames[index].people[0].pose)
        #expect((smooth[index].people[0].raw != nil) == (index % 3 == 0))
      }
    }
    // As smooth as what was found in every frame is.
    let truth = wrist(track())[10..<70]
    let error = difference(Array(wrist(try run(frames, .butterworth))[10..<70]), Array(truth))
    #expect(error < 3)
  }
}

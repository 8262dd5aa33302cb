import Analysis
import Foundation
import Kapao
import Testing

/// Walkers on known paths, seen through a known camera with noise.
struct MovementTests {
  /// Numbers of a fixed sequence (SplitMix64), normally distributed.
  struct Noise {
    var state: UInt64

    mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
    }

    mutating func normal() -> Double { (-2 * log(max(uniform(), 1e-12))).squareRoot() * cos(2 * .pi * uniform()) }
  }

  struct Walk {
    let court: Court
    let path: (Double) -> Point2
    let seconds: Double
    var gap: ClosedRange<Double>? = nil

    /// Positions as the camera gives them: 25 frames a second, ankles 3 px off each way, 5 % missing.
    func found(seed: UInt64) throws -> [Movement.Found] {
      let calibration = try CourtCalibration(
        court: court, width: 1280, height: 960, landmarks: CourtTests.landmarks(court))
      var noise = Noise(state: seed)
      let body = Body(skeleton: .coco17)
      return (0..<Int(seconds * 25)).compactMap { frame in
        let time = Double(frame) / 25
        let place = CourtTests.camera(path(time), court: court)
        var keypoints = [Point2?](repeating: nil, count: 17)
        for ankle in [15, 16] { keypoints[ankle] = Point2(place.x + 3 * noise.normal(), place.y + 3 * noise.normal()) }
        guard noise.uniform() >= 0.05, gap?.contains(time) != true else { return nil }
        let box = Box(x1: Float(place.x) - 20, y1: Float(place.y) - 100, x2: Float(place.x) + 20, y2: Float(place.y))
        let sample = BodySample(frame: frame, time: time, box: box, keypoints: keypoints)
        guard let position = FloorPosition(of: sample, body: body, calibration: calibration) else { return nil }
        return Movement.Found(frame: frame, time: time, point: position.point, uncertainty: position.uncertainty)
      }
    }

    func length(_ times: ClosedRange<Double>) -> Double {
      let count = Int((times.upperBound - times.lowerBound) * 500)
      return (0..<count).reduce(0) { sum, index in
        let time = times.lowerBound + Double(index) / 500
        return sum + (path(time + 0.002) - path(time)).length
      }
    }
  }

  /// An oval around the middle of the court, a round in 12 s.
  static func oval(_ court: Court, gap: ClosedRange<Double>? = nil) -> Walk {
    Walk(
      court: court,
      path: { time in
        let angle = time * 2 * .pi / 12
        return Point2(court.width * (0.5 + 0.35 * cos(angle)), court.length * (0.5 + 0.35 * sin(angle)))
      }, seconds: 60, gap: gap)
  }

  @Test(
    "distance is within 2 % and speed within 3 % (RMS) of the path's, also where identities were lost for a while",
    arguments: ["squash", "badminton", "tennis"], [nil, 20...26])
  func walker(name: String, gap: ClosedRange<Double>?) throws {
    let walk = Self.oval(try #require(Court.known[name]), gap: gap)
    let movement = Movement(try walk.found(seed: 7))
    let (first, last) = (try #require(movement.states.first), try #require(movement.states.last))
    let truth = walk.length(first.time...last.time) - (gap.map(walk.length) ?? 0)
    #expect(Set(movement.states.map(\.piece)).count == (gap == nil ? 1 : 2))
    #expect(abs(last.distance - truth) < 0.02 * truth, "\(last.distance) m of \(truth) m")
    var (sum, fastest) = (0.0, 0.0)
    var count = 0
    // Within half a second of an end of a piece nothing is known of one side.
    let ends = [0, 60, gap?.lowerBound, gap?.upperBound].compactMap { $0 }
    for state in movement.states where !ends.contains(where: { abs($0 - state.time) <= 0.5 }) {
      let speed = (walk.path(state.time + 0.001) - walk.path(state.time - 0.001)).length / 0.002
      let error = (try #require(state.speed) - speed) / speed
      sum += error * error
      count += 1
      fastest = max(fastest, speed)
    }
    #expect((sum / Double(count)).squareRoot() < 0.03)
    #expect(movement.states.allSatisfy { ($0.speed ?? 0) < 1.1 * fastest }, "no speed that the path does not have")
  }

  @Test(
    "with what has been seen so far, speed is within 10 % and a third of a second late; a leap counts when it lasts")
  func running() throws {
    let calibration = try CourtCalibration(
      court: .tennis, width: 1280, height: 960, landmarks: CourtTests.landmarks(.tennis))
    let body = Body(skeleton: .coco17)
    var running = RunningMovement(calibration: calibration, body: body)
    var noise = Noise(state: 3)
    let walk = Self.oval(.tennis)
    var errors: [Double] = []
    for frame in 0..<1000 {
      let time = Double(frame) / 25
      // Somebody else's place for one frame, and from 32 s on for good.
      let place = frame == 500 || frame >= 800 ? Point2(1, 1) : walk.path(time)
      let pixel = CourtTests.camera(place, court: .tennis)
      var keypoints = [Point2?](repeating: nil, count: 17)
      for ankle in [15, 16] { keypoints[ankle] = Point2(pixel.x + 2 * noise.normal(), pixel.y + 2 * noise.normal()) }
      let sample = BodySample(
        frame: frame, time: time, box: Box(x1: 0, y1: 0, x2: 10, y2: 10), keypoints: keypoints)
      let state = running.update([4: sample], at: time)[4]
      if frame == 500 || frame == 800 { #expect(state == nil) }
      if frame == 801 { #expect(state?.speed == nil && state.map { ($0.position - place).length < 1 } == true) }
      guard (50..<800).contains(frame), let speed = state?.speed else { continue }
      let late = time - 0.3
      let truth = (walk.path(late + 0.01) - walk.path(late - 0.01)).length / 0.02
      errors.append((speed - truth) / truth)
      #expect(speed < 8)
    }
    #expect(errors.count > 700)
    #expect((errors.map { $0 * $0 }.reduce(0, +) / Double(errors.count)).squareRoot() < 0.1)
    #expect(running.trail(of: 4).flatMap { $0 }.count <= 76)
  }

  @Test("nothing is measured across a gap")
  func gap() throws {
    let walk = Self.oval(.squash, gap: 20...26)
    let movement = Movement(try walk.found(seed: 3))
    let truth = walk.length(0...20) + walk.length(26...60)
    #expect(Set(movement.states.map(\.piece)).count == 2)
    #expect(abs(try #require(movement.states.last).distance - truth) < 0.02 * truth)
    #expect(movement.states.map(\.duration).reduce(0, +) < 54.1)
  }

  @Test("an exchange of identities for a moment is no sprint")
  func exchange() throws {
    var found = try Self.oval(.tennis).found(seed: 5)
    let fastest = try #require(Movement(found).states.compactMap(\.speed).max())
    for index in 700..<720 { found[index].point = Point2(1, 1) }  // somebody else, 20 frames long
    found[300].point = Point2(10, 20)  // and once for a single frame
    let movement = Movement(found)
    #expect(movement.dropped == 1)
    #expect(try #require(movement.states.compactMap(\.speed).max()) < 1.1 * fastest)
  }

  @Test("who stands still covers no distance")
  func standing() throws {
    let walk = Walk(court: .squash, path: { _ in Point2(3, 6) }, seconds: 60)
    let movement = Movement(try walk.found(seed: 11))
    #expect(try #require(movement.states.last).distance < 0.5)
  }

  @Test("time on the T is within 1 %, and zones share the time out")
  func base() throws {
    // Eight seconds at the T, four seconds out and back, ten times.
    let walk = Walk(
      court: .squash,
      path: { time in
        let phase = time.truncatingRemainder(dividingBy: 12)
        guard phase > 8 else { return Point2(3.2, 5.44) }
        return Point2(3.2, 5.44 + 3 * sin((phase - 8) / 4 * .pi))
      }, seconds: 120)
    let movement = Movement(try walk.found(seed: 2))
    let summary = PlayerSummary(movement, court: .squash)
    // 3 sin(x) is 1 at 0.3398 rad: inside for 2 · 0.3398/π of the four seconds.
    let truth = (8 + 4 * 2 * asin(1.0 / 3) / .pi) / 12
    let base = try #require(summary.base)
    #expect(abs(base.share - truth) < 0.01)
    #expect(abs(try #require(base.meanRecovery) - 4 * (1 - 2 * asin(1.0 / 3) / .pi)) < 0.15)
    for zones in summary.courtZones.values {
      #expect(abs(zones.map(\.time).reduce(0, +) - summary.time) < 0.01 * summary.time)
    }
    #expect(abs(summary.speedZones.map(\.distance).reduce(0, +) - summary.distance) < 0.02 * summary.distance)
  }

  @Test("a run from end to end is one sprint")
  func sprint() throws {
    let walk = Walk(
      court: .football,
      path: { time in
        // Stands for 2 s, then speeds up to 7 m/s within 2 s, holds it for 3 s, and stops.
        let t = time - 2
        let y =
          t < 0
          ? 0
          : t < 2 ? 1.75 * t * t : t < 5 ? 7 + 7 * (t - 2) : t < 6 ? 28 + 7 * (t - 5) - 3.5 * (t - 5) * (t - 5) : 31.5
        return Point2(34, 20 + y)
      }, seconds: 12)
    // A camera over the whole field is too far for noise of 3 px; this one knows the place within 10 cm.
    var noise = Noise(state: 1)
    let found = (0..<300).map { frame in
      let time = Double(frame) / 25
      let p = walk.path(time)
      return Movement.Found(
        frame: frame, time: time, point: Point2(p.x + 0.1 * noise.normal(), p.y + 0.1 * noise.normal()),
        uncertainty: 0.1)
    }
    let summary = PlayerSummary(Movement(found), court: .football)
    #expect(summary.sprints.count == 1)
    #expect(abs(summary.topSpeed - 7) < 0.35)
    #expect(abs(summary.distance - 31.5) < 0.02 * 31.5 + 0.3)
  }

  @Test("a heat map has all of the time, and blurring keeps it")
  func heatMap() throws {
    let movement = Movement(try Self.oval(.squash).found(seed: 4))
    var map = HeatMap(court: .squash)
    map.add(movement)
    let total = map.seconds.reduce(0, +)
    #expect(abs(total - PlayerSummary(movement, court: .squash).time) < 1e-6)
    #expect(abs(map.blurred(radius: 0.3).reduce(0, +) - total) < 0.01 * total)
  }
}

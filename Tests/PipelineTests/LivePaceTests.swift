import Pipeline
import Testing

struct LivePaceTests {
  /// Plays pictures for some seconds; the numbers of those that are looked at.
  func play(
    _ pace: inout LivePace, from start: Double = 0, seconds: Double = 20, rate: Double = 25, cost: (Double) -> Double
  ) -> [Int] {
    (0..<Int(seconds * rate)).filter { index in
      let time = start + Double(index) / rate
      guard pace.isDue(at: time) else { return false }
      pace.detected(at: time, seconds: cost(time), rate: rate, clock: time)
      return true
    }
  }

  @Test func `Every third picture is looked at, beginning with the first`() {
    var pace = LivePace(.frames(3), longest: 0.5)
    #expect(play(&pace, seconds: 1) { _ in 10 } == [0, 3, 6, 9, 12, 15, 18, 21, 24])
  }

  @Test func `Nobody is moved on for longer than is believed`() {
    var pace = LivePace(.frames(8), longest: 0.5)
    // Pictures come every 0.2 s.
    #expect(play(&pace, seconds: 3, rate: 5) { _ in 0.01 } == [0, 3, 6, 9, 12])
    // After an outage, and when the time goes back, the next picture is looked at.
    #expect(play(&pace, from: 60, seconds: 0.2, rate: 5) { _ in 0.01 } == [0])
    #expect(play(&pace, from: 5, seconds: 0.2, rate: 5) { _ in 0.01 } == [0])
  }

  @Test func `A slow network is asked as often as it can answer`() {
    var pace = LivePace(.auto, longest: 0.5)
    _ = play(&pace) { _ in 0.08 }
    // 80 ms for a picture every 40: two in three would be too many, at a load of 0.85 every third it is.
    #expect(pace.every == 3)
    _ = play(&pace, from: 20) { _ in 2 }
    #expect(pace.every == 8)
  }

  @Test func `A network that keeps up is asked for every picture, however long the first one takes`() {
    var pace = LivePace(.auto, longest: 0.5)
    #expect(play(&pace) { $0 == 0 ? 2 : 0.03 }.count == 500)
  }

  @Test func `N falls again when there is room, and does not waver at the edge`() {
    var pace = LivePace(.auto, longest: 0.5)
    _ = play(&pace) { _ in 0.13 }
    #expect(pace.every == 4)
    // Just above what every third picture would allow, then just below.
    for start in stride(from: 20.0, to: 60, by: 10) {
      _ = play(&pace, from: start, seconds: 10) { _ in start == 20 || start == 40 ? 0.104 : 0.1 }
      #expect(pace.every == 4)
    }
    _ = play(&pace, from: 60) { _ in 0.02 }
    #expect(pace.every == 1)
  }

  @Test func `Whoever is lost in between is looked for in the next picture`() {
    var pace = LivePace(.frames(8), longest: 0.5)
    let due = (0..<20).filter { index in
      if index == 3 { pace.hurry() }
      let time = Double(index) / 25
      guard pace.isDue(at: time) else { return false }
      pace.detected(at: time, seconds: 0.01, rate: 25, clock: time)
      return true
    }
    #expect(due == [0, 3, 11, 19])
  }

  @Test func `Second looks are left more than half of the time`() {
    var pace = LivePace(.auto, longest: 0.5, isRefined: true)
    _ = play(&pace) { _ in 0.03 }
    // 30 ms of 40 would do without them; at 0.4 of the time it is every second picture.
    #expect(pace.every == 2)
  }
}

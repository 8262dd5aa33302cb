import Pipeline
import Testing

@Suite("Line of time of a live stream")
struct LiveTimelineTests {
  @Test("pictures of a connection keep the source's distances, however they arrive")
  func distances() {
    var timeline = LiveTimeline()
    let places = [(0, 5_000_000), (40_000, 5_070_000), (80_000, 5_075_000), (160_000, 5_160_000)].map {
      timeline.place(generation: 1, source: Int64(9_000_000 + $0.0), arrival: Int64($0.1))
    }
    #expect(places == [5_000_000, 5_040_000, 5_080_000, 5_160_000])
    #expect(timeline.jumps == 0)
  }

  @Test("a new connection continues at the time of its arrival, although its stamps begin anew")
  func connections() {
    var timeline = LiveTimeline()
    _ = timeline.place(generation: 1, source: 77_000_000, arrival: 1_000_000)
    #expect(timeline.place(generation: 2, source: 40_000, arrival: 9_000_000) == 9_000_000)
    #expect(timeline.shift(generation: 3) == nil)
    #expect(timeline.place(generation: 2, source: 80_000, arrival: 9_100_000) == 9_040_000)
    #expect(timeline.shift(generation: 2) == 8_960_000)
  }

  @Test("stamps that stand still are replaced by arrivals, and never go back")
  func stuck() {
    var timeline = LiveTimeline()
    let places = (0..<200).map { timeline.place(generation: 1, source: 40_000, arrival: Int64($0) * 40_000) }
    #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 })
    #expect(abs(places.last! - 199 * 40_000) <= 1_000_000)
    // At once, but for the first one that repeats its stamp.
    #expect(places.dropFirst(2).elementsEqual((2..<200).map { $0 * 40_000 }))
    #expect(timeline.jumps == 1)
    // The sound's stamps may be good.
    #expect(timeline.shift(generation: 1) == -40_000)
  }

  @Test("stamps that go on after they have stood still are followed from there")
  func unstuck() {
    var timeline = LiveTimeline()
    for picture in 0..<12 { _ = timeline.place(generation: 1, source: 0, arrival: Int64(picture) * 40_000) }
    let places = (12..<20).map {
      timeline.place(generation: 1, source: Int64($0 - 11) * 40_000, arrival: Int64($0) * 40_000)
    }
    #expect(places.elementsEqual((12..<20).map { $0 * 40_000 }))
  }

  @Test("stamps that begin again after less than a second continue at their arrival", arguments: [4, 20])
  func loop(pictures: Int) {
    var timeline = LiveTimeline()
    let places = (0..<200).map {
      timeline.place(generation: 1, source: Int64($0 % pictures) * 40_000, arrival: Int64($0) * 40_000)
    }
    #expect(places.elementsEqual((0..<200).map { $0 * 40_000 }))
    #expect(timeline.shift(generation: 1) == Int64(199 / pictures * pictures) * 40_000)
  }

  @Test("one stamp that is not later than the one before moves nothing else", arguments: [Int64(80_000), 40_000])
  func duplicate(stamp: Int64) {
    var timeline = LiveTimeline()
    let stamps = [0, 40_000, 80_000, stamp, 160_000, 200_000]
    let places = stamps.enumerated().map {
      timeline.place(generation: 1, source: $0.element, arrival: Int64($0.offset) * 40_000 + 70_000)
    }
    #expect(places == [70_000, 110_000, 150_000, 150_001, 230_000, 270_000])
    #expect(timeline.shift(generation: 1) == 70_000)
    #expect(timeline.jumps == 0)
  }

  @Test("stamps that can be nothing of the kind are followed, too", arguments: [Int64.min, .max])
  func extreme(stamp: Int64) {
    var timeline = LiveTimeline()
    // What lies apart is the least number there is.
    #expect(timeline.place(generation: 1, source: 0, arrival: 0) == 0)
    #expect(timeline.place(generation: 1, source: stamp, arrival: 0) == 1)
    #expect(timeline.place(generation: 1, source: 40_000, arrival: 40_000) == 40_000)
    #expect(timeline.place(generation: 1, source: stamp, arrival: 80_000) == 80_000)
  }

  @Test("stamps that jump are followed from the arrival on", arguments: [Int64(-3_600_000_000), 3_600_000_000])
  func jump(by distance: Int64) {
    var timeline = LiveTimeline()
    _ = timeline.place(generation: 1, source: 0, arrival: 0)
    #expect(timeline.place(generation: 1, source: distance, arrival: 40_000) == 40_000)
    #expect(timeline.place(generation: 1, source: distance + 40_000, arrival: 85_000) == 80_000)
    #expect(timeline.jumps == 1)
  }

  @Test("a clock that is a little fast is followed without jumps")
  func drift() {
    var timeline = LiveTimeline()
    var last = Int64(0)
    for picture in 0..<200_000 {
      let arrival = Int64(picture) * 40_000
      last = timeline.place(generation: 1, source: arrival + arrival / 5000, arrival: arrival)
    }
    #expect(timeline.jumps == 0)
    #expect(abs(last - 199_999 * 40_000) < 200_000)
  }
}

import Analysis
import Kapao
import Testing

/// People who are lost and found again.
struct TrackJoinerTests {
  let body = Body(skeleton: .coco17)

  /// Somebody 200 px tall who goes right at `speed` px/s from `x`, in a track.
  private func walk(
    _ joiner: inout TrackJoiner, track: Int, times: ClosedRange<Double>, x: Double, speed: Double = 100,
    height: Double = 200, colour: [Double]? = nil
  ) {
    var time = times.lowerBound
    while time <= times.upperBound {
      let place = x + speed * (time - times.lowerBound)
      let box = Box(x1: Float(place) - 40, y1: 300, x2: Float(place) + 40, y2: Float(300 + height))
      joiner.add(
        BodySample(frame: Int(time * 25), time: time, box: box, keypoints: Array(repeating: nil, count: 17)),
        track: track, clothing: colour.map { ClothingColour(values: $0) })
      time += 0.04
    }
  }

  private let red: [Double] = [80, 100, 200, 30, 128, 128]
  private let blue: [Double] = [60, 190, 110, 30, 128, 128]

  @Test("who goes on where they were lost is one person, through several tracks")
  func chain() {
    var joiner = TrackJoiner(body: body)
    walk(&joiner, track: 1, times: 0...3, x: 100)
    walk(&joiner, track: 4, times: 3.6...6, x: 460)
    walk(&joiner, track: 9, times: 8...10, x: 800)
    walk(&joiner, track: 2, times: 0...10, x: 1500, speed: 0)
    #expect(joiner.joined == [[1, 4, 9]])
  }

  @Test("neither distance, size, time nor being there together allows another person to be joined")
  func others() {
    var joiner = TrackJoiner(body: body)
    walk(&joiner, track: 1, times: 0...3, x: 100)
    walk(&joiner, track: 2, times: 3.2...5, x: 1400)  // too far
    walk(&joiner, track: 3, times: 3.2...5, x: 420, height: 90)  // too small
    walk(&joiner, track: 4, times: 2.8...5, x: 380)  // together with 1
    walk(&joiner, track: 5, times: 12...14, x: 420)  // too late
    #expect(joiner.joined.isEmpty)
  }

  @Test("clothes decide between two who come where one was lost, and forbid what motion would allow")
  func clothing() {
    var joiner = TrackJoiner(body: body)
    walk(&joiner, track: 1, times: 0...3, x: 100, colour: red)
    walk(&joiner, track: 2, times: 3.5...5, x: 450, colour: blue)
    walk(&joiner, track: 3, times: 3.5...5, x: 600, colour: red)
    #expect(joiner.joined == [[1, 3]])
  }
}

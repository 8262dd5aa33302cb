import Kapao
import Testing

@Suite("The second look at a person")
struct SecondLookTests {
  private let look = SecondLook(
    cropSize: 300, skeleton: .coco17, thresholds: Preset.confirmed.thresholds)

  /// A person whose keypoints are all at the middle of the box.
  private func person(_ box: Box, score: Float = 0.5, confidence: Float = 0, at shift: Float = 0) -> Pose {
    let keypoint = Keypoint(
      x: (box.x1 + box.x2) / 2 + shift, y: (box.y1 + box.y2) / 2, confidence: confidence,
      source: confidence > 0 ? .keypointObject : .pose)
    return Pose(box: box, score: score, keypoints: [Keypoint](repeating: keypoint, count: 17))
  }

  private let box = Box(x1: 100, y1: 100, x2: 200, y2: 300)

  @Test("the input is a multiple of the largest stride")
  func input() {
    #expect(look.input == ImageSize(width: 320, height: 320))
  }

  @Test("the surest of those who fit is the answer, and nobody where nobody does")
  func answer() {
    let weak = person(Box(x1: 105, y1: 100, x2: 205, y2: 300), score: 0.3)
    let sure = person(Box(x1: 110, y1: 110, x2: 210, y2: 310), score: 0.6)
    let neighbour = person(Box(x1: 180, y1: 100, x2: 280, y2: 300), score: 0.9)
    let whole = person(Box(x1: 0, y1: 0, x2: 400, y2: 400), score: 0.9)
    #expect(look.answer(to: person(box), among: [weak, neighbour, sure, whole]) == sure)
    #expect(look.answer(to: person(box), among: [neighbour, whole]) == nil)
    #expect(look.joined(person(box), scale: 1, []) == nil)
  }

  @Test("the score is the geometric mean of both, and the box is the answer's")
  func score() throws {
    let answer = person(Box(x1: 105, y1: 100, x2: 205, y2: 300), score: 0.9)
    let joined = try #require(look.joined(person(box, score: 0.4), scale: 1, [answer]))
    #expect(abs(joined.score - 0.6) < 1e-6 && joined.box == answer.box)
  }

  @Test("the first look counts as much as its size was right, and not at all where it is a guess")
  func weights() throws {
    func x(_ box: Box, scale: Float, trust: Float = 1) throws -> Float {
      let (first, answer) = (person(box, confidence: 0.5), person(box, confidence: 0.5, at: 8))
      return try #require(look.joined(first, scale: scale, trust: trust, [answer])).keypoints[0].x
        - first.keypoints[0].x
    }
    let small = Box(x1: 100, y1: 100, x2: 110, y2: 120)
    #expect(abs(try x(small, scale: 1) - 8) < 0.02)
    let large = Box(x1: 0, y1: 0, x2: 400, y2: 1000)
    #expect(abs(try x(large, scale: 1) - 4) < 0.01)
    #expect(abs(try x(large, scale: 0.01) - 8) < 0.02)
    #expect(abs(try x(large, scale: 1, trust: 0) - 8) < 0.01)
    #expect(abs(try x(large, scale: 1, trust: 0.5) - 16 / 3) < 0.01)
  }

  @Test("a keypoint has the origin and the confidence of the surest look")
  func origin() throws {
    let first = person(box, confidence: 0.7)
    let joined = try #require(look.joined(first, scale: 1, [person(box)]))
    #expect(joined.keypoints.allSatisfy { $0.source == .keypointObject && $0.confidence == 0.7 })
    let other = try #require(look.joined(person(box), scale: 1, [person(box)]))
    #expect(other.keypoints.allSatisfy { $0.source == .pose && $0.confidence == 0 })
  }

  @Test("of two neighbours with one answer the nearer keeps it; those who were one before keep theirs")
  func settling() {
    let right = Box(x1: 150, y1: 100, x2: 250, y2: 300)
    let first = [person(box), person(right)]
    let answer = person(Box(x1: 140, y1: 100, x2: 240, y2: 300))
    #expect(look.settled(first, [answer, answer]) == [nil, answer])
    #expect(look.settled(first.reversed(), [answer, answer]) == [answer, nil])
    #expect(look.settled([first[0], first[0]], [answer, answer]) == [answer, answer])
    let apart = [person(box, at: 5), person(right)]
    #expect(look.settled(first, apart) == apart.map { Optional($0) })
    #expect(look.settled(first, [nil, answer]) == [nil, answer])
  }
}

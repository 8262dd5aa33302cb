import Export
import Testing

@Suite("A line of a chart")
struct ChartLineTests {
  @Test("a short line is all of its values, broken where there is a gap or no number")
  func short() {
    var line = ChartLine(longestGap: 0.5)
    for (time, value) in [(0, Double.nan), (0.04, 1), (0.08, 2), (1, 3), (1.04, .nan), (1.08, 4)] {
      line.add(value, at: time)
    }
    let expected = [
      (0, Double.nan), (0.04, .nan), (0.04, 1), (0.08, 2), (1, .nan), (1, 3), (1.08, .nan), (1.08, 4), (1.08, .nan),
    ]
    #expect(line.points.map(\.0) == expected.map(\.0))
    #expect(line.points.map { $0.1.isNaN ? nil : $0.1 } == expected.map { $0.1.isNaN ? nil : $0.1 })
  }

  @Test("hours keep their extremes, their ends and their pauses in a few thousand points")
  func long() {
    var line = ChartLine(longestGap: 0.5)
    // Three hours at 25 frames a second with a quarter of an hour's pause; two frames stand out.
    let values = (0..<270_000).filter { !(100_000..<122_500).contains($0) }
    for frame in values {
      line.add(frame == 70_001 ? 9 : frame == 200_003 ? -9 : Double(frame % 7) / 7, at: Double(frame) / 25)
    }
    let points = line.points
    #expect((2000...8300).contains(points.count))
    #expect(points.contains { $0 == (70_001.0 / 25, 9) })
    #expect(points.contains { $0 == (200_003.0 / 25, -9) })
    #expect(points.first?.0 == 0 && points.last?.0 == 269_999.0 / 25)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.0 <= $1.0 })
    let breaks = points.dropFirst().dropLast().filter { $0.1.isNaN }
    #expect(breaks.map(\.0) == [122_500.0 / 25])
  }
}

import Pipeline
import Testing

@Suite("Back-off")
struct BackOffTests {
  @Test("waits grow in steps from one second to a minute")
  func steps() {
    var backOff = BackOff()
    let waits = (0..<22).map { _ in backOff.next(random: 0.5) }
    #expect(Array(waits.prefix(5)) == [1, 1, 1, 1, 1])
    #expect(Array(waits[5..<10]) == [5, 5, 5, 5, 5])
    #expect(waits[10..<20].allSatisfy { $0 == 10 })
    #expect(Array(waits.suffix(2)) == [60, 60])
  }

  @Test("jitter moves a wait by up to a fifth", arguments: [(0.0, 0.8), (1.0, 1.2), (-3, 0.8), (7, 1.2)])
  func jitter(random: Double, expected: Double) {
    var backOff = BackOff()
    #expect(abs(backOff.next(random: random) - expected) < 1e-9)
  }

  @Test("after a success the wait is the shortest again")
  func reset() {
    var backOff = BackOff()
    for _ in 0..<30 { _ = backOff.next(random: 0.5) }
    backOff.reset()
    #expect(backOff.next(random: 0.5) == 1)
  }
}

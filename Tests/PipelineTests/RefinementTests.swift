import Pipeline
import Testing

@Suite("How many people are looked at a second time")
struct RefinementTests {
  @Test("off, auto and numbers are read and written", arguments: ["off", "auto", "1", "300"])
  func reading(text: String) {
    #expect(Refinement(text)?.description == text)
  }

  @Test("nothing else is", arguments: ["0", "301", "-1", "on", "", "1.5"])
  func refusing(text: String) {
    #expect(Refinement(text) == nil)
  }

  /// Plays pictures; looks at each, after the first two.
  private func looks(
    _ budget: inout LookBudget, pictures: Int = 100, rate: Double = 25, detection: (Int) -> Double, look: Double,
    wanted: Int = 100
  ) -> [Int] {
    (0..<pictures).map { index in
      budget.arrived(at: Double(index) / rate)
      if detection(index) > 0 { budget.detected(seconds: detection(index)) }
      let count = min(budget.looks, wanted)
      budget.looked(count, seconds: Double(count) * look)
      return count
    }
  }

  @Test("a picture has as many as its time allows beside the detection")
  func whatTimeAllows() {
    var budget = LookBudget()
    // 34 of 40 ms, of which the detection takes 10.
    let counts = looks(&budget, detection: { _ in 0.01 }, look: 0.004)
    #expect(counts[50...].allSatisfy { (5...7).contains($0) })
    #expect(abs(Double(counts[50...].reduce(0, +)) / 50 - 6) < 0.3)
  }

  @Test("a detection that takes longer than a picture is paid for by those after it")
  func slowDetection() {
    var budget = LookBudget()
    let counts = looks(&budget, detection: { $0 % 4 == 0 ? 0.06 : 0 }, look: 0.004)
    let spent = Double(counts[50..<98].reduce(0, +)) * 0.004 + 12 * 0.06
    #expect(spent <= 48.0 / 25 * 0.85 + 0.1)
    #expect(counts[50...].contains { $0 > 0 })
  }

  @Test("where detections take all of the time there is none for it")
  func noTime() {
    var budget = LookBudget()
    let counts = looks(&budget, detection: { _ in 0.05 }, look: 0.004)
    #expect(counts[5...].allSatisfy { $0 == 0 })
  }

  @Test("a picture that has waited is not kept any longer")
  func late() {
    var budget = LookBudget()
    _ = looks(&budget, detection: { _ in 0.001 }, look: 0.004, wanted: 1)
    budget.arrived(at: 4, waited: 0.1)
    #expect(budget.looks == 0)
    budget.arrived(at: 4.04, waited: 0.01)
    #expect(budget.looks > 0)
  }

  @Test("time that nobody needs is not saved up for long, and a pause of the source brings no more")
  func saving() {
    var budget = LookBudget()
    _ = looks(&budget, detection: { _ in 0.001 }, look: 0.004, wanted: 1)
    budget.arrived(at: 1000)
    #expect((20...30).contains(budget.looks))
  }
}

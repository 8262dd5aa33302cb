import Pipeline
import Testing

@Suite("Pacing")
struct PacingTests {
  @Test(
    "a gate lets through as many pictures a second as it may", arguments: [(25.0, 10.0), (25, 12.5), (30, 7), (10, 25)])
  func gate(source: Double, limit: Double) {
    var gate = FrameGate(maximumRate: limit)
    let admitted = (0..<Int(source * 20)).count { gate.admit(Double($0) / source) }
    #expect(abs(Double(admitted) / 20 - min(source, limit)) <= 0.3)
  }

  @Test(
    "however much faster the source is, what a gate lets through is even",
    arguments: [(50.0, 1.0), (25, 0.5), (30, 2), (25, 2.4)])
  func even(source: Double, limit: Double) {
    var gate = FrameGate(maximumRate: limit)
    let admitted = (0..<Int(source * 20)).map { Double($0) / source }.filter { gate.admit($0) }
    #expect(abs(admitted.count - Int(limit * 20)) <= 1)
    #expect(zip(admitted, admitted.dropFirst()).allSatisfy { ($1 - $0) * limit > 0.85 })
  }

  @Test("a gate without a limit lets everything through")
  func open() {
    var gate = FrameGate(maximumRate: nil)
    let admitted = (0..<10).map { gate.admit(Double($0) / 1000) }
    #expect(admitted.allSatisfy { $0 })
  }

  @Test("a gate opens again after a time that jumps back or ahead")
  func jumps() {
    var gate = FrameGate(maximumRate: 1)
    #expect(gate.admit(100) == true)
    #expect(gate.admit(3) == true)
    #expect(gate.admit(3.5) == false)
    #expect(gate.admit(5000) == true)
  }

  @Test("a file's pictures are due at their own times from the first one on")
  func pacer() {
    var pacer = SourcePacer()
    #expect(pacer.due(10, lasting: 0.04, at: 100) == 100)
    #expect(abs(pacer.due(10.04, lasting: 0.04, at: 100.01) - 100.04) < 1e-9)
    #expect(abs(pacer.due(10.08, lasting: 0.04, at: 100.2) - 100.08) < 1e-9)
  }

  @Test("a file that begins again does so when its last picture is over", arguments: [1, 5])
  func loop(pictures: Int) {
    var pacer = SourcePacer()
    for picture in 0..<50 {
      let time = 100 + Double(picture) * 0.04
      // The file is read ahead.
      let due = pacer.due(Double(picture % pictures) * 0.04, lasting: 0.04, at: max(100, time - 0.03))
      #expect(abs(due - time) < 1e-9)
    }
  }

  @Test("a picture that lasts very long does not keep the next one")
  func endless() {
    var pacer = SourcePacer()
    _ = pacer.due(0, lasting: 3600, at: 100)
    #expect(pacer.due(0, lasting: 3600, at: 100) == 101)
  }

  @Test("a source that is late, or begins anew, is paced from then on", arguments: [10.04, 3.0, 500.0])
  func late(stamp: Double) {
    var pacer = SourcePacer()
    _ = pacer.due(10, lasting: 0.04, at: 100)
    #expect(pacer.due(stamp, lasting: 0.04, at: 105) == 105)
  }

  @Test("a rate falls when nothing comes any more")
  func rate() {
    var rate = LiveRate()
    for picture in 0..<100 { rate.add(Double(picture) / 25) }
    #expect(abs(rate.value(at: 99.0 / 25) - 25) < 0.01)
    #expect(rate.value(at: 6) < 20)
    #expect(rate.value(at: 60) == 0)
  }

  @Test("percentiles are of the last measurements only")
  func percentiles() throws {
    var values = RecentValues(capacity: 100)
    #expect(values.distribution == nil)
    for value in 0..<1000 { values.add(Double(value)) }
    let distribution = try #require(values.distribution)
    #expect(distribution.p50 == 950)
    #expect(distribution.p95 == 995)
    #expect(distribution.maximum == 999)
  }
}

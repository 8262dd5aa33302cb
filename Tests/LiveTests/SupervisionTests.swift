import Pipeline
import Testing

@Suite("Supervision of a stream")
struct SupervisionTests {
  private func streaming(_ rules: SupervisionRules = SupervisionRules()) -> Supervision {
    var supervision = Supervision(rules: rules)
    _ = supervision.start(at: 0)
    _ = supervision.picture(generation: 1, at: 1)
    return supervision
  }

  @Test("the first connection is made at once, and only once")
  func start() {
    var supervision = Supervision(rules: SupervisionRules())
    #expect(supervision.start(at: 0) == .open(generation: 1))
    #expect(supervision.start(at: 1) == .none)
  }

  @Test("a source that is absent at the start is tried again after a second")
  func absent() {
    var supervision = Supervision(rules: SupervisionRules())
    _ = supervision.start(at: 0)
    #expect(supervision.ended(generation: 1, isEndOfInput: false, at: 0.1, random: 0.5) == .none)
    #expect(supervision.state == .waiting(until: 1.1))
    #expect(supervision.tick(at: 1.0, random: 0.5) == .none)
    #expect(supervision.tick(at: 1.1, random: 0.5) == .open(generation: 2))
    #expect(supervision.outages == 0)
  }

  @Test("the end of a live source is an outage")
  func endOfLive() {
    var supervision = streaming()
    #expect(supervision.ended(generation: 1, isEndOfInput: true, at: 5, random: 0.5) == .none)
    #expect(supervision.state == .waiting(until: 6))
    #expect(supervision.outages == 1)
  }

  @Test("the end of a file is the end")
  func endOfFile() {
    var rules = SupervisionRules()
    rules.endsWithInput = true
    var supervision = streaming(rules)
    #expect(supervision.ended(generation: 1, isEndOfInput: true, at: 5, random: 0.5) == .finish)
    #expect(supervision.state == .ended)
    #expect(supervision.outages == 0)
  }

  @Test("a connection without pictures is cancelled after the stall time")
  func stall() {
    var supervision = streaming()
    #expect(supervision.tick(at: 6, random: 0.5) == .none)
    #expect(supervision.tick(at: 6.1, random: 0.5) == .cancel(generation: 1))
    #expect(supervision.tick(at: 6.2, random: 0.5) == .none)
    #expect(supervision.ended(generation: 1, isEndOfInput: false, at: 6.3, random: 0.5) == .none)
    #expect(supervision.state == .waiting(until: 7.3))
    #expect(supervision.outages == 1)
  }

  @Test("the time for which the process was stopped does not count as time without pictures")
  func resumed() {
    var supervision = streaming()
    // Stopped at 3, a second later than the last picture would have counted as a stall at 6.
    supervision.resumed(after: 57, at: 60)
    #expect(supervision.tick(at: 60, random: 0.5) == .none)
    #expect(supervision.tick(at: 62.9, random: 0.5) == .none)
    #expect(supervision.tick(at: 63.1, random: 0.5) == .cancel(generation: 1))
    var connecting = Supervision(rules: SupervisionRules())
    _ = connecting.start(at: 0)
    connecting.resumed(after: 99, at: 100)
    #expect(connecting.tick(at: 114, random: 0.5) == .none)
    #expect(connecting.tick(at: 114.1, random: 0.5) == .cancel(generation: 1))
  }

  @Test("a file is waited for, however long its next picture takes")
  func patience() {
    var rules = SupervisionRules()
    rules.endsWithInput = true
    var supervision = Supervision(rules: rules)
    _ = supervision.start(at: 0)
    #expect(supervision.tick(at: 3600, random: 0.5) == .none)
    #expect(supervision.picture(generation: 1, at: 3600) == true)
    #expect(supervision.tick(at: 7200, random: 0.5) == .none)
  }

  @Test("a connection that gives no first picture is cancelled")
  func connecting() {
    var supervision = Supervision(rules: SupervisionRules())
    _ = supervision.start(at: 0)
    #expect(supervision.tick(at: 15, random: 0.5) == .none)
    #expect(supervision.tick(at: 15.1, random: 0.5) == .cancel(generation: 1))
  }

  @Test("a connection that does not close is left behind, and what it still says is ignored")
  func abandoned() {
    var supervision = streaming()
    _ = supervision.tick(at: 10, random: 0.5)
    #expect(supervision.tick(at: 15.1, random: 0.5) == .none)
    #expect(supervision.abandoned == 1)
    #expect(supervision.tick(at: 16.2, random: 0.5) == .open(generation: 2))
    #expect(supervision.picture(generation: 1, at: 16.3) == false)
    #expect(supervision.ended(generation: 1, isEndOfInput: false, at: 16.4, random: 0.5) == .none)
    #expect(supervision.state == .connecting(since: 16.2))
    #expect(supervision.picture(generation: 2, at: 17) == true)
  }

  @Test("pictures of a connection that is being closed are not used")
  func closing() {
    var supervision = streaming()
    _ = supervision.tick(at: 10, random: 0.5)
    #expect(supervision.picture(generation: 1, at: 10.1) == false)
  }

  @Test("a source that flaps is tried less and less often, a stable one at once")
  func flapping() {
    var supervision = Supervision(rules: SupervisionRules())
    var now = 0.0
    var action = supervision.start(at: now)
    var waits: [Double] = []
    for stable in [false, false, false, false, false, false, true] {
      guard case .open(let generation) = action else {
        Issue.record("a connection is due")
        return
      }
      _ = supervision.picture(generation: generation, at: now)
      now += stable ? 11 : 1
      _ = supervision.picture(generation: generation, at: now)
      _ = supervision.ended(generation: generation, isEndOfInput: true, at: now, random: 0.5)
      guard case .waiting(let time) = supervision.state else {
        Issue.record("a wait is due")
        return
      }
      waits.append(time - now)
      now = time
      action = supervision.tick(at: now, random: 0.5)
    }
    #expect(waits.map { $0.rounded() } == [1, 1, 1, 1, 1, 5, 1])
  }

  @Test("only the present connection's end is followed by another attempt")
  func retrying() {
    var supervision = streaming()
    _ = supervision.ended(generation: 1, isEndOfInput: true, at: 5, random: 0.5)
    #expect(supervision.isRetrying(after: 1) == true)
    #expect(supervision.isRetrying(after: 0) == false)
    _ = supervision.tick(at: 6, random: 0.5)
    #expect(supervision.isRetrying(after: 1) == false)
  }

  @Test("a listener waits for as long as nobody comes, and listens again at once")
  func listener() {
    var rules = SupervisionRules()
    rules.isListener = true
    var supervision = Supervision(rules: rules)
    _ = supervision.start(at: 0)
    #expect(supervision.tick(at: 86_400, random: 0.5) == .none)
    #expect(supervision.state == .connecting(since: 0))
    for attempt in 1...30 {
      let now = 86_400 + 60 * Double(attempt)
      _ = supervision.ended(generation: attempt, isEndOfInput: false, at: now, random: 0.5)
      #expect(supervision.tick(at: now + 0.3, random: 0.5) == .open(generation: attempt + 1))
    }
    _ = supervision.picture(generation: 31, at: 100_000)
    #expect(supervision.tick(at: 100_006, random: 0.5) == .cancel(generation: 31))
  }

  @Test("stopping cancels what is open and nothing follows")
  func stop() {
    var supervision = streaming()
    #expect(supervision.stop() == .cancel(generation: 1))
    #expect(supervision.ended(generation: 1, isEndOfInput: false, at: 2, random: 0.5) == .none)
    #expect(supervision.isRetrying(after: 1) == false)
    #expect(supervision.tick(at: 100, random: 0.5) == .none)
    #expect(supervision.state == .ended)
  }
}

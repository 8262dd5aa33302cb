import Pipeline
import Testing

@Suite("Presence of a source")
struct SourcePresenceTests {
  private func presence(every distance: Double) -> SourcePresence {
    var presence = SourcePresence(start: 0)
    for picture in 0..<10 { presence.arrived(at: 1 + Double(picture) * distance, isFirst: picture == 0) }
    return presence
  }

  @Test("a source that has not come yet is away after a while")
  func start() {
    let presence = SourcePresence(start: 10)
    #expect(!presence.isAway(at: 11, isStreaming: false))
    #expect(presence.isAway(at: 12, isStreaming: false))
  }

  @Test("a source is away when nothing comes for longer than usual", arguments: [(0.04, 1.5), (2.0, 4.0)])
  func usual(distance: Double, patience: Double) {
    let presence = presence(every: distance)
    let last = 1 + 9 * distance
    #expect(!presence.isAway(at: last + patience - 0.1, isStreaming: true))
    #expect(presence.isAway(at: last + patience + 0.1, isStreaming: true))
  }

  @Test("how far apart pictures are is known from a connection's second one on")
  func first() {
    var presence = presence(every: 0.04)
    presence.arrived(at: 100, isFirst: true)
    #expect(!presence.isAway(at: 104, isStreaming: true))
    #expect(presence.isAway(at: 104, isStreaming: false))
    presence.arrived(at: 104, isFirst: false)
    #expect(!presence.isAway(at: 110, isStreaming: true))
  }
}

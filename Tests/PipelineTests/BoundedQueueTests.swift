import Foundation
import Pipeline
import Testing

@Suite("Bounded queue")
struct BoundedQueueTests {
  @Test("elements come out in order, then the end")
  func order() {
    let queue = BoundedQueue<Int>(capacity: 3, policy: .block)
    for number in 1...3 { #expect(queue.send(number)) }
    queue.finish()
    #expect((1...4).map { _ in queue.receive() } == [1, 2, 3, nil])
  }

  @Test("a full queue makes the sender wait under block")
  func block() {
    var state = BoundedQueueState<Int>(capacity: 1, policy: .block)
    guard case .taken = state.send(1) else {
      Issue.record("the first element fits")
      return
    }
    guard case .wait = state.send(2) else {
      Issue.record("the second has to wait")
      return
    }
    guard case .element(1) = state.receive() else {
      Issue.record("the first comes out")
      return
    }
    guard case .taken = state.send(2) else {
      Issue.record("now there is room")
      return
    }
    #expect(state.dropped == 0)
  }

  @Test("the oldest element gives way under dropOldest and is counted")
  func dropOldest() {
    let queue = BoundedQueue<Int>(capacity: 1, policy: .dropOldest)
    for number in 1...5 { #expect(queue.send(number)) }
    #expect(queue.dropped == 4)
    #expect(queue.receive() == 5)
  }

  @Test("a stopped receiver ends the sender, and what is queued is discarded")
  func stop() {
    let queue = BoundedQueue<Int>(capacity: 2, policy: .block)
    _ = queue.send(1)
    queue.stop()
    #expect(!queue.send(2))
    #expect(queue.receive() == nil)
  }

  @Test("a waiting sender is released when the receiver stops")
  func release() {
    let queue = BoundedQueue<Int>(capacity: 1, policy: .block)
    _ = queue.send(1)
    let sender = DispatchQueue(label: "sender")
    let result = ManagedResult()
    sender.async { result.value = queue.send(2) }
    queue.stop()
    sender.sync {}
    #expect(result.value == false)
  }

  private final class ManagedResult: @unchecked Sendable {
    // @unchecked: written on one serial queue and read after it.
    var value: Bool?
  }
}

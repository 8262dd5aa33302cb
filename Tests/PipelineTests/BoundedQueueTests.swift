import Foundation
import Pipeline
import Testing
import VideoIO

extension Int: Weighted {
  /// A number counts for itself.
  public var byteCount: Int { self }
}

@Suite("Bounded queue")
struct BoundedQueueTests {
  /// The frames that are left, to the end.
  private func drain(_ queue: BoundedQueue<Int>) -> [Int] {
    var frames: [Int] = []
    while case .element(let element) = queue.receive() { if case .frame(let frame) = element { frames.append(frame) } }
    return frames
  }

  @Test("frames come out in order, then the end")
  func order() {
    let queue = BoundedQueue<Int>(capacity: 3, policy: .block)
    for number in 1...3 { #expect(queue.send(.frame(number)) == .taken) }
    queue.finish()
    #expect(queue.send(.frame(4)) == .stopped)
    #expect(drain(queue) == [1, 2, 3])
    guard case .finished = queue.receive() else {
      Issue.record("it is at its end")
      return
    }
  }

  @Test("a full queue makes the sender wait under block, and wakes it when there is room")
  func block() {
    let queue = BoundedQueue<Int>(capacity: 1, policy: .block)
    let woken = Flag()
    #expect(queue.send(.frame(1)) { woken.set() } == .taken)
    #expect(queue.send(.frame(2)) { woken.set() } == .wait)
    #expect(!woken.isSet)
    guard case .element = queue.receive() else {
      Issue.record("the first comes out")
      return
    }
    #expect(woken.isSet)
    #expect(queue.send(.frame(2)) == .taken)
    #expect(queue.dropped == 0)
  }

  @Test("a receiver that waits is woken by an element, once")
  func waitingReceiver() {
    let queue = BoundedQueue<Int>(capacity: 2, policy: .block)
    let woken = Flag()
    guard case .wait = queue.receive(orWake: { woken.set() }) else {
      Issue.record("there is nothing yet")
      return
    }
    _ = queue.send(.frame(1))
    _ = queue.send(.frame(2))
    #expect(woken.count == 1)
  }

  @Test("the oldest frame is dropped under dropOldest and counted; what is no frame stays where it is")
  func dropOldest() {
    let queue = BoundedQueue<Int>(capacity: 1, policy: .dropOldest)
    _ = queue.send(.outage)
    for number in 1...3 { #expect(queue.send(.frame(number)) == .taken) }
    _ = queue.send(.streams([]))
    _ = queue.send(.frame(4))
    #expect(queue.dropped == 3)
    #expect(queue.depth == 1)
    var names: [String] = []
    while case .element(let element) = queue.receive() {
      switch element {
      case .frame(let number): names.append("\(number)")
      case .streams: names.append("streams")
      case .outage: names.append("outage")
      case .packet: names.append("packet")
      }
    }
    #expect(names == ["outage", "streams", "4"])
  }

  @Test(
    "a queue is full when its bytes are, but one element always fits", arguments: [OverflowPolicy.block, .dropOldest])
  func budget(policy: OverflowPolicy) {
    let queue = BoundedQueue<Int>(capacity: 100, policy: policy, budget: 10)
    #expect(queue.send(.frame(50)) == .taken)
    #expect(queue.send(.frame(4)) == (policy == .block ? .wait : .taken))
    #expect(drain(queue) == (policy == .block ? [50] : [4]))
    #expect(queue.send(.frame(5)) == .taken)
    #expect(queue.send(.frame(5)) == .taken)
    #expect(queue.send(.frame(1)) == (policy == .block ? .wait : .taken))
    queue.finish()
    #expect(drain(queue) == (policy == .block ? [5, 5] : [5, 1]))
  }

  @Test("a receiver that stops ends the sender, also one that waits, and what is queued is discarded")
  func stop() {
    let queue = BoundedQueue<Int>(capacity: 1, policy: .block)
    let woken = Flag()
    _ = queue.send(.frame(1))
    #expect(queue.send(.frame(2)) { woken.set() } == .wait)
    queue.stop()
    #expect(woken.isSet)
    #expect(queue.send(.frame(2)) == .stopped)
    guard case .finished = queue.receive() else {
      Issue.record("nothing is left")
      return
    }
  }
}

/// Counts how often something has happened.
final class Flag: @unchecked Sendable {
  // @unchecked: only touched under the lock.
  private let lock = NSLock()
  private var times = 0
  var count: Int { lock.withLock { times } }
  var isSet: Bool { count > 0 }
  func set() { lock.withLock { times += 1 } }
}

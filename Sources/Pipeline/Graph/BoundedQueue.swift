import Foundation

/// What a full queue does with one more element.
package enum OverflowPolicy: Sendable {
  /// The sender waits: every element, in order (files).
  case block
  /// The oldest frame is dropped and counted: the latest wins (live).
  case dropOldest
}

/// A queue between two stages: bounded in frames and in bytes.
///
/// Finishing travels both ways: `finish` lets the receiver drain what is queued, `stop` tells the sender that nobody is
/// left to receive. A send consumes the element. Nobody blocks a thread: whoever has to wait leaves a closure, which is
/// called once when it is worth trying again.
package final class BoundedQueue<Frame: Sendable & Weighted>: @unchecked Sendable {
  // @unchecked: everything is only touched under the lock.

  package typealias Wake = @Sendable () -> Void

  private let lock = NSLock()
  private var state: BoundedQueueState<Frame>
  private var sender: Wake?
  private var receiver: Wake?

  /// - Parameters:
  ///   - capacity: Frames that it holds at most.
  ///   - budget: Bytes that it holds at most, unless a single element is larger.
  package init(capacity: Int, policy: OverflowPolicy, budget: Int = 256 << 20) {
    state = BoundedQueueState(capacity: capacity, policy: policy, budget: budget)
  }

  /// Frames that were dropped.
  package var dropped: Int { lock.withLock { state.dropped } }

  /// Frames that wait to be received.
  package var depth: Int { lock.withLock { state.frames } }

  /// Whether nothing waits to be received.
  package var isEmpty: Bool { lock.withLock { state.isEmpty } }

  /// Sends an element; `.wait` only under `.block`, and then `wake` is called when there may be room.
  package func send(_ element: StreamElement<Frame>, orWake wake: Wake? = nil) -> BoundedQueueState<Frame>.SendAction {
    change { state, sender, receiver in
      let action = state.send(element)
      if case .wait = action { sender = wake }
      return (action, action == .taken ? Self.take(&receiver) : nil)
    }
  }

  /// Takes the next element; if there is none yet, `wake` is called when there may be.
  package func receive(orWake wake: Wake? = nil) -> BoundedQueueState<Frame>.ReceiveAction {
    change { state, sender, receiver in
      let action = state.receive()
      switch action {
      case .element: return (action, Self.take(&sender))
      case .wait:
        receiver = wake
        return (action, nil)
      case .finished: return (action, nil)
      }
    }
  }

  /// The sender has no more.
  package func finish() {
    change { state, _, receiver in
      state.finish()
      return ((), Self.take(&receiver))
    }
  }

  /// The receiver wants no more.
  package func stop() {
    change { state, sender, receiver in
      state.stop()
      let (first, second) = (Self.take(&sender), Self.take(&receiver))
      return (
        (),
        {
          first?()
          second?()
        }
      )
    }
  }

  /// Changes the state and then, no longer under the lock, wakes who is to try again.
  private func change<Result>(
    _ work: (inout BoundedQueueState<Frame>, inout Wake?, inout Wake?) -> (Result, Wake?)
  ) -> Result {
    let (result, wake) = lock.withLock { work(&state, &sender, &receiver) }
    wake?()
    return result
  }

  private static func take(_ wake: inout Wake?) -> Wake? {
    defer { wake = nil }
    return wake
  }
}

/// The state of a bounded queue as a value: what may happen next, without locks or waiting.
package struct BoundedQueueState<Frame: Sendable & Weighted> {
  /// What a sender is to do.
  package enum SendAction: Sendable {
    /// The element was taken.
    case taken
    /// The queue is full: wait and try again.
    case wait
    /// The receiver has gone: stop sending.
    case stopped
  }

  /// What a receiver is to do.
  package enum ReceiveAction: Sendable {
    case element(StreamElement<Frame>)
    /// The queue is empty: wait and try again.
    case wait
    /// The sender has finished and nothing is left, or the receiver itself has stopped.
    case finished
  }

  private let capacity: Int
  private let policy: OverflowPolicy
  private let budget: Int
  private var elements: [StreamElement<Frame>] = []
  private var bytes = 0
  private var isFinished = false
  private var isStopped = false
  /// Frames that are queued.
  package private(set) var frames = 0
  /// Frames that were dropped.
  package private(set) var dropped = 0

  package var isEmpty: Bool { elements.isEmpty }

  package init(capacity: Int, policy: OverflowPolicy, budget: Int = 256 << 20) {
    precondition(capacity > 0, "A queue holds at least one frame.")
    self.capacity = capacity
    self.policy = policy
    self.budget = budget
  }

  package mutating func send(_ element: StreamElement<Frame>) -> SendAction {
    if isStopped || isFinished { return .stopped }
    let size = element.byteCount
    if policy == .block {
      let isFull = element.isFrame && frames == capacity || bytes + size > budget
      if isFull, !elements.isEmpty { return .wait }
    }
    elements.append(element)
    bytes += size
    if element.isFrame { frames += 1 }
    if policy == .dropOldest { drop() }
    return .taken
  }

  /// Drops the oldest frames, but the last, and then the oldest packets until everything fits.
  private mutating func drop() {
    while frames > capacity || bytes > budget && frames > 1, let oldest = elements.firstIndex(where: \.isFrame) {
      remove(oldest)
      frames -= 1
      dropped += 1
    }
    while bytes > budget, let oldest = elements.firstIndex(where: { if case .packet = $0 { true } else { false } }) {
      remove(oldest)
    }
  }

  private mutating func remove(_ index: Int) { bytes -= elements.remove(at: index).byteCount }

  package mutating func receive() -> ReceiveAction {
    if isStopped { return .finished }
    guard let element = elements.first else { return isFinished ? .finished : .wait }
    remove(0)
    if element.isFrame { frames -= 1 }
    return .element(element)
  }

  /// The sender has no more: what is queued is still received.
  package mutating func finish() { isFinished = true }

  /// The receiver wants no more: what is queued is discarded.
  package mutating func stop() {
    isStopped = true
    elements.removeAll()
    (frames, bytes) = (0, 0)
  }
}

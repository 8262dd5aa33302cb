/// The state of a bounded queue as a value: what may happen next, without locks or waiting.
package struct BoundedQueueState<Element> {
  /// What a sender is to do.
  package enum SendAction {
    /// The element was taken.
    case taken
    /// The queue is full: wait and ask again.
    case wait
    /// The receiver has gone: stop sending.
    case stopped
  }

  /// What a receiver is to do.
  package enum ReceiveAction {
    case element(Element)
    /// The queue is empty: wait and ask again.
    case wait
    /// The sender has finished and nothing is left, or the receiver itself has stopped.
    case finished
  }

  private let capacity: Int
  private let policy: OverflowPolicy
  private var elements = [Element]()
  private var isFinished = false
  private var isStopped = false
  /// Elements that gave way to later ones.
  package private(set) var dropped = 0

  package var isEmpty: Bool { elements.isEmpty }

  package init(capacity: Int, policy: OverflowPolicy) {
    precondition(capacity > 0, "A queue holds at least one element.")
    self.capacity = capacity
    self.policy = policy
  }

  package mutating func send(_ element: Element) -> SendAction {
    if isStopped || isFinished { return .stopped }
    if elements.count == capacity {
      guard policy == .dropOldest else { return .wait }
      elements.removeFirst()
      dropped += 1
    }
    elements.append(element)
    return .taken
  }

  package mutating func receive() -> ReceiveAction {
    if isStopped { return .finished }
    if !elements.isEmpty { return .element(elements.removeFirst()) }
    return isFinished ? .finished : .wait
  }

  /// The sender has no more: what is queued is still received.
  package mutating func finish() { isFinished = true }

  /// The receiver wants no more: what is queued is discarded.
  package mutating func stop() {
    isStopped = true
    elements.removeAll()
  }
}

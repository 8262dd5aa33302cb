import Foundation

/// A queue between two stages that holds a few elements.
///
/// Finishing travels both ways: `finish` lets the receiver drain what is queued, `stop` tells the sender that nobody is
/// left to receive. A send consumes the element.
package final class BoundedQueue<Element: Sendable>: @unchecked Sendable {
  // @unchecked: the state is only touched under the condition's lock.

  private let condition = NSCondition()
  private var state: BoundedQueueState<Element>

  package init(capacity: Int, policy: OverflowPolicy) {
    state = BoundedQueueState(capacity: capacity, policy: policy)
  }

  /// Elements that gave way to later ones.
  package var dropped: Int { condition.withLock { state.dropped } }

  /// Whether nothing waits to be received.
  package var isEmpty: Bool { condition.withLock { state.isEmpty } }

  /// Sends an element, waiting for room under `.block`.
  ///
  /// - Returns: Whether it was taken; if not, the receiver has stopped.
  package func send(_ element: Element) -> Bool {
    condition.withLock {
      while true {
        switch state.send(element) {
        case .taken:
          condition.broadcast()
          return true
        case .stopped: return false
        case .wait: condition.wait()
        }
      }
    }
  }

  /// Waits for the next element; `nil` at the end.
  package func receive() -> Element? {
    condition.withLock {
      while true {
        switch state.receive() {
        case .element(let element):
          condition.broadcast()
          return element
        case .finished: return nil
        case .wait: condition.wait()
        }
      }
    }
  }

  /// The sender has no more.
  package func finish() {
    condition.withLock {
      state.finish()
      condition.broadcast()
    }
  }

  /// The receiver wants no more.
  package func stop() {
    condition.withLock {
      state.stop()
      condition.broadcast()
    }
  }
}

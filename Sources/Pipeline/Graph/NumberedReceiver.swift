import Foundation

/// Hands the elements of a queue to several workers, numbered in their order.
final class NumberedReceiver<Element: Sendable>: @unchecked Sendable {
  // @unchecked: the number is only touched under the lock.

  private let lock = NSLock()
  private let queue: BoundedQueue<Element>
  private var next = 0

  init(_ queue: BoundedQueue<Element>) { self.queue = queue }

  func receive() -> (sequence: Int, element: Element)? {
    lock.withLock {
      guard let element = queue.receive() else { return nil }
      defer { next += 1 }
      return (next, element)
    }
  }
}

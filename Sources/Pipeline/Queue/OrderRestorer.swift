import Foundation

/// Puts the results of several workers back into the order of their inputs.
///
/// A worker that is far ahead waits: at most `window` results are held.
final class OrderRestorer<Element: Sendable>: @unchecked Sendable {
  // @unchecked: everything is only touched under the condition's lock.

  private let condition = NSCondition()
  private let window: Int
  private var next = 0
  private var pending: [Int: Element] = [:]
  /// Whether a worker is forwarding; the others leave their results to it.
  private var isForwarding = false
  private var isStopped = false

  init(window: Int) { self.window = window }

  /// Hands in the result with number `sequence` and forwards what is next in order.
  ///
  /// - Returns: `false` once `forward` has refused an element or `stop` was called.
  func deliver(_ element: Element, sequence: Int, forward: (Element) -> Bool) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while sequence >= next + window, !isStopped { condition.wait() }
    guard !isStopped else { return false }
    pending[sequence] = element
    guard !isForwarding else { return true }
    isForwarding = true
    while !isStopped, let element = pending.removeValue(forKey: next) {
      condition.unlock()
      let taken = forward(element)
      condition.lock()
      next += 1
      if !taken { isStopped = true }
      condition.broadcast()
    }
    isForwarding = false
    return !isStopped
  }

  /// A worker has failed: what is pending will never be complete.
  func stop() {
    condition.withLock {
      isStopped = true
      pending.removeAll()
      condition.broadcast()
    }
  }
}

import Foundation

/// Counts the viewers of moving pictures; there are at most so many.
final class ViewerLimit: @unchecked Sendable {
  // @unchecked: the count is only touched under the lock.

  /// One viewer, until it is forgotten.
  final class Viewer: Sendable {
    private let limit: ViewerLimit

    fileprivate init(_ limit: ViewerLimit) { self.limit = limit }

    deinit { limit.leave() }
  }

  private let maximum: Int
  private let lock = NSLock()
  private var count = 0

  init(maximum: Int) { self.maximum = maximum }

  /// A place for one more viewer; `nil` if there is none.
  func enter() -> Viewer? {
    let isFree = lock.withLock {
      guard count < maximum else { return false }
      count += 1
      return true
    }
    return isFree ? Viewer(self) : nil
  }

  private func leave() { lock.withLock { count -= 1 } }
}

import Foundation

/// Streams that end at the same time, and whether all of them ended well.
final class EndResults: @unchecked Sendable {
  // @unchecked: the flag is only touched under the lock.

  private let group = DispatchGroup()
  private let lock = NSLock()
  private var isGood = true

  /// Ends one on a queue of its own.
  func add(label: String, _ end: @escaping @Sendable () -> Bool) {
    DispatchQueue(label: label).async(group: group) { [self] in
      let good = end()
      lock.withLock { isGood = isGood && good }
    }
  }

  /// Waits for all; whether all so far have ended well.
  @discardableResult
  func wait() -> Bool {
    group.wait()
    return lock.withLock { isGood }
  }
}

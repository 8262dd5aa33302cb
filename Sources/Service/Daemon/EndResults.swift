import Foundation

/// Whether streams that end at the same time all ended well.
final class EndResults: @unchecked Sendable {
  // @unchecked: the flag is only touched under the lock.

  private let lock = NSLock()
  private var isGood = true

  var areAllGood: Bool { lock.withLock { isGood } }

  func add(_ good: Bool) { lock.withLock { isGood = isGood && good } }
}

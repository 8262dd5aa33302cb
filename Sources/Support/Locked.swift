import Foundation

/// A value that several threads read and change, one at a time.
package final class Locked<Value>: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private var content: Value

  /// Holds `value`.
  package init(_ value: Value) { content = value }

  /// A copy of the value.
  package var value: Value { lock.withLock { content } }

  /// Runs `body`, which may change the value, with the lock held.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(&content) }
  }
}

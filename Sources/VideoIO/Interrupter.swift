import Foundation

/// Says when a blocking libav* call has to end: after ``cancel()``, or when the time allowed for it is over.
///
/// libav* ends a stalled read with various codes, or even with a packet, so ``hasTimedOut`` is asked as well as the
/// result.
package final class Interrupter: @unchecked Sendable {
  // @unchecked: every access is under `lock`.

  private let lock = NSLock()
  private let allowed: UInt64?
  private var deadline: UInt64?
  private var cancelled = false
  private var timedOut = false

  /// Allows each call `timeout` seconds; for ever if nil.
  package init(timeout: Double?) {
    allowed = timeout.map { UInt64(max(0, $0) * 1e9) }
  }

  /// Ends the present call and every later one.
  package func cancel() {
    lock.withLock { cancelled = true }
  }

  /// Starts the clock for a call.
  func begin() {
    guard let allowed else { return }
    lock.withLock { deadline = MonotonicTime.nanoseconds + allowed }
  }

  /// Stops the clock.
  func end() {
    guard allowed != nil else { return }
    lock.withLock { deadline = nil }
  }

  package var isCancelled: Bool { lock.withLock { cancelled } }

  /// Whether any call so far ran out of time.
  var hasTimedOut: Bool { lock.withLock { timedOut } }

  /// Asked by libav* while it waits.
  var shouldStop: Bool {
    lock.withLock {
      if let deadline, MonotonicTime.nanoseconds > deadline { timedOut = true }
      return cancelled || timedOut
    }
  }
}

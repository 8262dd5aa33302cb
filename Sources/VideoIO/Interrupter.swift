import CFFmpeg
import Foundation
import Support

/// Ends the blocking calls of a ``VideoReader``, also while it is being opened: after ``cancel()``, or when the time
/// allowed for a call is over.
///
/// Waiting for the network and for devices can be interrupted so; a read from a pipe that nobody writes to cannot.
package final class Interrupter: @unchecked Sendable {
  // @unchecked: every access is under `lock`.
  // libav* ends a stalled read with various codes, or even with a packet: `hasTimedOut` is asked besides the result.

  private let lock = NSLock()
  private var allowed: UInt64?
  private var deadline: UInt64?
  private var cancelled = false
  private var timedOut = false

  /// An interrupter for one reader.
  package init() {}

  /// Allows each call `timeout` seconds; for ever if nil.
  func allow(_ timeout: Double?) {
    lock.withLock { allowed = timeout.map { UInt64(max(0, min($0, 1e9)) * 1e9) } }
  }

  /// Ends the present call and every later one.
  package func cancel() {
    lock.withLock { cancelled = true }
  }

  /// Starts the clock for a call.
  func begin() {
    lock.withLock { deadline = allowed.map { MonotonicTime.nanoseconds + $0 } }
  }

  /// Stops the clock.
  func end() {
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

extension Interrupter {
  /// What libav* asks while it waits. The interrupter must outlive the context that it is given to.
  var callback: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: { opaque in
        guard let opaque else { return 0 }
        return Unmanaged<Interrupter>.fromOpaque(opaque).takeUnretainedValue().shouldStop ? 1 : 0
      }, opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}

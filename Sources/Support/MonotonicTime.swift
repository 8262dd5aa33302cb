import Foundation

/// The clock that no change of the time of day moves.
package enum MonotonicTime {
  /// Nanoseconds since some moment in the past.
  package static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Seconds since the same moment.
  package static var seconds: Double { Double(nanoseconds) / 1e9 }
}

/// A lock with a condition whose time-outs are of ``MonotonicTime``.
///
/// The time-outs of `NSCondition` and of `DispatchSemaphore` are times of day on Linux: when the clock is set back, they
/// last as much longer.
package final class MonotonicCondition: @unchecked Sendable {
  // @unchecked: POSIX's mutex and condition are for use by several threads.

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  package init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` with the lock held.
  package func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }

  /// Wakes everyone who waits.
  package func broadcast() { pthread_cond_broadcast(condition) }

  /// Waits, with the lock held, to be woken; false when it is later than `deadline`, in seconds of ``MonotonicTime``.
  package func wait(until deadline: Double) -> Bool {
    let seconds = max(0, deadline)
    var time = timespec()
    time.tv_sec = time_t(seconds)
    time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
    return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
  }
}

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

import Glibc

/// Time that some work took.
struct Stopwatch {
  /// Milliseconds on the wall.
  let wall: Double
  /// Milliseconds of processor time, over all threads of the process.
  let cpu: Double

  /// Times `work`.
  init(_ work: () throws -> Void) rethrows {
    let (wall, cpu) = (Self.milliseconds(CLOCK_MONOTONIC), Self.milliseconds(CLOCK_PROCESS_CPUTIME_ID))
    try work()
    self.wall = Self.milliseconds(CLOCK_MONOTONIC) - wall
    self.cpu = Self.milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu
  }

  /// The middle value.
  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private static func milliseconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}

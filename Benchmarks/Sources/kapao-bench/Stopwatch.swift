import Dispatch

/// Times repeated work.
enum Stopwatch {
  /// Milliseconds of each of `count` runs, after two that are not counted.
  static func milliseconds(_ count: Int, _ work: () throws -> Void) rethrows -> [Double] {
    for _ in 0..<2 { try work() }
    return try (0..<count).map { _ in
      let start = DispatchTime.now().uptimeNanoseconds
      try work()
      return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
    }
  }

  /// The middle value.
  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// How inference uses the processor's cores.
public enum CoreUse: String, CaseIterable, Sendable {
  /// One thread per frame and as many frames in flight as threads: most frames a second (files).
  case throughput
  /// All threads on one frame: the shortest time from frame to pose (live).
  case latency

  /// Workers at the same time, and threads of each.
  func workers(threads: Int) -> (count: Int, threads: Int) {
    switch self {
    case .throughput: (threads, 1)
    case .latency: (1, threads)
    }
  }
}

/// How inference uses the processor's cores.
package enum CoreUse: String, CaseIterable, Sendable {
  /// One thread per frame and as many frames in flight as threads: most frames a second (files).
  case throughput
  /// All threads on one frame: the shortest time from frame to pose (live).
  case latency

  /// Workers at the same time, and threads of each.
  ///
  /// - Parameter batch: Frames that a device computes together: while it is at work on two batches, frames of the next are
  ///   prepared and those of the last are decoded.
  package func workers(threads: Int, batch: Int = 1) -> (count: Int, threads: Int) {
    switch self {
    case .throughput: (batch == 1 ? threads : max(threads, 2 * batch), 1)
    case .latency: (1, threads)
    }
  }
}

import CKernels
import COneDNN

/// Work on rows, shared out among the threads that compute oneDNN's primitives: they are awake already.
struct SharedRows {
  private let rows: Int
  private let work: (Range<Int>) -> Void

  private init(_ rows: Int, _ work: @escaping (Range<Int>) -> Void) {
    self.rows = rows
    self.work = work
  }

  /// Calls `work` with consecutive ranges of `0..<rows`, in as many threads, and waits for all.
  static func run(_ rows: Int, threads: Int, _ work: (Range<Int>) -> Void) {
    guard threads > 1 else { return work(0..<rows) }
    withoutActuallyEscaping(work) { work in
      var shared = SharedRows(rows, work)
      withUnsafeMutablePointer(to: &shared) {
        GOMP_parallel({ $0!.load(as: SharedRows.self).runPart() }, $0, UInt32(threads), 0)
      }
    }
  }

  /// Does `work` with this thread on one core and the other threads on others.
  ///
  /// A thread that sleeps for microseconds at a time is woken on the core of the one that wakes it more often than not;
  /// all then take turns there, frame after frame, beside idle cores.
  static func apart(threads: Int, _ work: () throws -> Void) rethrows {
    guard threads > 1 else { return try work() }
    let core = kapao_stay()
    guard core >= 0 else { return try work() }
    defer { kapao_roam() }
    run(threads, threads: threads) { part in
      if part.lowerBound > 0 { kapao_keep_off(core) }
    }
    try work()
  }

  private func runPart() {
    let (part, parts) = (Int(omp_get_thread_num()), Int(omp_get_num_threads()))
    work(part * rows / parts..<(part + 1) * rows / parts)
  }
}

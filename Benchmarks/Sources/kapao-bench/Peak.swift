import ArgumentParser
import CPeak
import Dispatch

/// Measures the processor's fp32 peak: answers with GFLOP/s.
struct Peak: ParsableCommand {
  @Option var threads = 1

  func run() throws {
    let rounds = 8_000_000
    let operations = kapao_peak_fma(1) * Double(rounds * threads)
    let threads = threads
    try Worker.serve {
      let time = Stopwatch {
        DispatchQueue.concurrentPerform(iterations: threads) { _ in _ = kapao_peak_fma(rounds) }
      }
      return [operations / time.wall / 1e6]
    }
  }
}

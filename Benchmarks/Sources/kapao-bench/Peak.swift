import ArgumentParser
import CPeak
import Dispatch

/// Prints the processor's fp32 peak in GFLOP/s.
struct Peak: ParsableCommand {
  @Option var threads = 1

  func run() throws {
    let rounds = 30_000_000
    var best = 0.0
    for _ in 0..<5 {
      let start = DispatchTime.now().uptimeNanoseconds
      DispatchQueue.concurrentPerform(iterations: threads) { _ in _ = kapao_peak_fma(rounds) }
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      best = max(best, kapao_peak_fma(1) * Double(rounds) * Double(threads) / seconds / 1e9)
    }
    print(best)
  }
}

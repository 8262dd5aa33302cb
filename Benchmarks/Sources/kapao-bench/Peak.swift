import ArgumentParser
import CPeak
import Dispatch
import Inference

/// Measures what the processor can do at most: answers with billions of operations a second, on the wall and by
/// processor time; zeros where it has no such instruction.
struct Peak: ParsableCommand {
  @Option var threads = 1
  @Option var precision: Precision = .fp32

  func run() throws {
    let rounds = 8_000_000
    let multiply = precision == .fp32 ? kapao_peak_fma : kapao_peak_int8
    let threads = threads
    try Worker.serve {
      let operations = multiply(1) * Double(rounds * threads)
      let time = Stopwatch {
        DispatchQueue.concurrentPerform(iterations: threads) { _ in _ = multiply(rounds) }
      }
      return [operations / time.wall / 1e6, operations / time.cpu * Double(threads) / 1e6]
    }
  }
}

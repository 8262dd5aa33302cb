import ArgumentParser
import Foundation
import Kapao
import Pipeline

/// Annotates a clip and prints, as JSON, the milliseconds that each stage took for each frame after the first ones.
///
/// They are differences of the run's own sums, which are read more often than stages end.
struct StageTimes: ParsableCommand {
  @OptionGroup var options: RunOptions

  func run() throws {
    let annotation = try options.annotation(Model.load(options.model))
    let ended = DispatchSemaphore(value: 0)
    let outcome = Outcome()
    Thread.detachNewThread {
      outcome.result = Result { _ = try annotation.run() }
      ended.signal()
    }
    var last: [String: StageMetrics] = [:]
    var times: [String: [Double]] = [:]
    while ended.wait(timeout: .now() + .microseconds(300)) == .timedOut {
      for stage in annotation.stages.flatMap({ $0.steps.isEmpty ? [$0] : $0.steps }) {
        if let before = last[stage.name], stage.elements > before.elements {
          let count = stage.elements - before.elements
          times[stage.name, default: []] += Array(
            repeating: (stage.busy - before.busy) / Double(count) * 1e3, count: count)
        }
        last[stage.name] = stage
      }
    }
    try outcome.result.get()
    print(String(decoding: try JSONEncoder().encode(times), as: UTF8.self))
  }

  /// What the run came to.
  private final class Outcome: @unchecked Sendable {
    // @unchecked: read once the semaphore says that it is written.

    var result: Result<Void, any Error> = .success(())
  }
}

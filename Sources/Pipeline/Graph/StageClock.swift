import Foundation

/// Measures the work of a stage.
final class StageClock: @unchecked Sendable {
  // @unchecked: the metrics are only touched under the lock.

  private let lock = NSLock()
  private var state: StageMetrics

  init(name: String, workers: Int) { state = StageMetrics(name: name, workers: workers) }

  var metrics: StageMetrics { lock.withLock { state } }

  /// Runs `work` and counts its time.
  func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    let start = DispatchTime.now().uptimeNanoseconds
    defer {
      let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      lock.withLock {
        state.elements += 1
        state.busy += elapsed
      }
    }
    return try work()
  }
}

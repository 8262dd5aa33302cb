import Foundation
import Support

/// What a stage has done so far, and how it is doing.
package struct StageMetrics: Hashable, Sendable, Codable {
  /// The stage's name.
  package let name: String
  /// Workers at the same time.
  package let workers: Int
  /// Frames worked on.
  package var elements = 0
  /// Seconds of work, over all workers; waiting is not counted.
  package var busy = 0.0
  /// Seconds of work for one of the last frames.
  package var times: Distribution?
  /// Frames that wait for the stage.
  package var depth = 0
  /// Frames that were dropped in front of the stage.
  package var dropped = 0
  /// Seconds for which the longest piece of work has been going on; `nil` while there is none.
  package var workingFor: Double?
  /// The steps of the stage's work, where it has several.
  package var steps: [StageMetrics] = []
}

/// Measures the work of a stage and keeps its heartbeat: when each worker took what it is working on.
package final class StageClock: @unchecked Sendable {
  // @unchecked: everything but the steps is only touched under the lock.

  private let lock = NSLock()
  private var metrics: StageMetrics
  private var recent = RecentValues()
  /// When the pieces of work that are going on began, in seconds of the monotonic clock.
  private var begun: [Int: Double] = [:]
  private var next = 0
  private let steps: [StageClock]
  private let queue: @Sendable () -> (depth: Int, dropped: Int)

  /// - Parameters:
  ///   - steps: The names of the steps of the work, which are measured one by one.
  ///   - queue: Asks the queue in front of the stage.
  package init(
    name: String, workers: Int = 1, steps: [String] = [],
    queue: @escaping @Sendable () -> (depth: Int, dropped: Int) = { (0, 0) }
  ) {
    metrics = StageMetrics(name: name, workers: workers)
    self.steps = steps.map { StageClock(name: $0, workers: workers) }
    self.queue = queue
  }

  /// What the stage has done until now.
  package var value: StageMetrics {
    let now = MonotonicTime.seconds
    var value = lock.withLock {
      var value = metrics
      value.times = recent.distribution
      value.workingFor = begun.values.min().map { now - $0 }
      return value
    }
    (value.depth, value.dropped) = queue()
    value.steps = steps.map(\.value)
    return value
  }

  /// Runs `work` and counts its time.
  package func measure<Result>(_ work: () throws -> Result) rethrows -> Result {
    let start = MonotonicTime.seconds
    let number = lock.withLock {
      next += 1
      begun[next] = start
      return next
    }
    defer {
      let elapsed = MonotonicTime.seconds - start
      lock.withLock {
        begun[number] = nil
        metrics.elements += 1
        metrics.busy += elapsed
        recent.add(elapsed)
      }
    }
    return try work()
  }

  /// Runs a step of the work, by its place in the list of steps, and counts its time.
  package func measure<Result>(step: Int, _ work: () throws -> Result) rethrows -> Result {
    try steps[step].measure(work)
  }
}

/// How measurements are distributed, in seconds.
package struct Distribution: Hashable, Sendable, Codable {
  /// Half of them are below.
  package let p50: Double
  /// Nineteen of twenty are below.
  package let p95: Double
  /// The largest.
  package let maximum: Double
}

/// The last measurements of something, for percentiles.
package struct RecentValues: Sendable {
  private let capacity: Int
  private var values: [Double] = []
  private var next = 0

  package init(capacity: Int = 512) {
    self.capacity = capacity
    values.reserveCapacity(capacity)
  }

  /// Adds a measurement; the oldest gives way.
  package mutating func add(_ value: Double) {
    if values.count < capacity {
      values.append(value)
    } else {
      values[next] = value
    }
    next = (next + 1) % capacity
  }

  /// Their distribution; `nil` without any.
  package var distribution: Distribution? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    func rank(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))] }
    return Distribution(p50: rank(0.5), p95: rank(0.95), maximum: sorted[sorted.count - 1])
  }
}

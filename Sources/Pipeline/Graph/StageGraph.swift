import Foundation

/// Stages and the queues between them: built, checked, then run to the end.
///
/// Each stage has a serial dispatch queue of its own, `kapao.<stream>.<stage>`, and loops there: receive, work, send.
/// The first error wins: its stage stops those before it and lets those after it drain, so that outputs are finished.
public final class StageGraph: @unchecked Sendable {
  // @unchecked: `failure` is only touched under the lock; the rest does not change once `run` has been called.

  private let stream: String
  private let lock = NSLock()
  private var failure: (any Error)?
  private var isStopping = false
  private var starts: [(DispatchGroup) -> Void] = []
  private var clocks: [StageClock] = []
  private var checks: [() throws -> Void] = []

  /// - Parameter stream: The stream's name, in the labels of the queues.
  public init(stream: String) { self.stream = stream }

  /// What the stages have done so far, in the order of the graph.
  public var metrics: [StageMetrics] { clocks.map(\.metrics) }

  // MARK: - Building

  /// Adds a stage that makes elements until it returns `nil`.
  public func source<Output: Sendable>(
    _ name: String, _ next: @escaping @Sendable () throws -> Output?
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    addWorker(name, clock: addClock(name)) { clock in
      defer { output.queue.finish() }
      while !self.stopping, let element = try clock.measure(next), output.queue.send(element) {}
    }
    return output
  }

  /// Adds a stage that turns each element into another.
  public func stage<Input, Output: Sendable>(
    _ name: String, _ input: StageLink<Input>, _ work: @escaping @Sendable (Input) throws -> Output
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    input.consumer = name
    addWorker(name, clock: addClock(name)) { clock in
      defer {
        input.queue.stop()
        output.queue.finish()
      }
      while let element = input.queue.receive(), output.queue.send(try clock.measure { try work(element) }) {}
    }
    return output
  }

  /// Adds a stage that may keep elements back: each brings any number of others, and so does the end.
  public func delayingStage<Input, Output: Sendable>(
    _ name: String, _ input: StageLink<Input>, _ work: @escaping @Sendable (Input) throws -> [Output],
    finish: @escaping @Sendable () throws -> [Output]
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    input.consumer = name
    addWorker(name, clock: addClock(name)) { clock in
      defer {
        input.queue.stop()
        output.queue.finish()
      }
      while let element = input.queue.receive() {
        for result in try clock.measure({ try work(element) }) {
          guard output.queue.send(result) else { return }
        }
      }
      for result in try finish() {
        guard output.queue.send(result) else { return }
      }
    }
    return output
  }

  /// Adds a stage with one worker for each function, which work at the same time; the order is kept.
  ///
  /// - Parameter costlyEvery: Of so many elements one takes time: that many more are held while the order is restored, so
  ///   that all workers can have one that does.
  public func parallelStage<Input, Output: Sendable>(
    _ name: String, _ input: StageLink<Input>, workers: [@Sendable (Input) throws -> Output], costlyEvery: Int = 1
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    input.consumer = name
    let restorer = OrderRestorer<Output>(window: 2 * workers.count + (workers.count - 1) * (costlyEvery - 1))
    let numbered = NumberedReceiver(input.queue)
    let remaining = DispatchGroup()
    let clock = addClock(name, workers: workers.count)
    // The last worker to leave closes both ends.
    starts.append { _ in
      for _ in workers { remaining.enter() }
      remaining.notify(queue: .global()) {
        input.queue.stop()
        output.queue.finish()
      }
    }
    for (index, work) in workers.enumerated() {
      addWorker("\(name).\(index)", clock: clock) { clock in
        defer { remaining.leave() }
        do {
          while let (sequence, element) = numbered.receive() {
            let result = try clock.measure { try work(element) }
            guard restorer.deliver(result, sequence: sequence, forward: output.queue.send) else { break }
          }
        } catch {
          restorer.stop()
          throw error
        }
      }
    }
    return output
  }

  /// Adds a last stage, with what is to be done after the last element or after an error, its own or elsewhere.
  public func sink<Input>(
    _ name: String, _ input: StageLink<Input>, _ work: @escaping @Sendable (Input) throws -> Void,
    finish: @escaping @Sendable () throws -> Void
  ) {
    input.consumer = name
    addWorker(name, clock: addClock(name)) { clock in
      defer { input.queue.stop() }
      let work = Result { while let element = input.queue.receive() { try clock.measure { try work(element) } } }
      let end = Result { try clock.measure(finish) }
      try work.get()
      try end.get()
    }
  }

  // MARK: - Running

  /// Checks the graph, runs every stage and returns when all have ended.
  ///
  /// - Throws: The first error of a stage, or `PipelineError.unconnected`.
  public func run() throws {
    for check in checks { try check() }
    let group = DispatchGroup()
    for start in starts { start(group) }
    group.wait()
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  /// Ends the sources; what they have made is still worked on and outputs are finished.
  public func stop() { lock.withLock { isStopping = true } }

  private var stopping: Bool { lock.withLock { isStopping } }

  private func link<Element>(from producer: String) -> StageLink<Element> {
    let link = StageLink<Element>(producer: producer)
    checks.append { if link.consumer == nil { throw PipelineError.unconnected(stage: producer) } }
    return link
  }

  private func addClock(_ name: String, workers: Int = 1) -> StageClock {
    let clock = StageClock(name: name, workers: workers)
    clocks.append(clock)
    return clock
  }

  private func addWorker(_ name: String, clock: StageClock, _ loop: @escaping @Sendable (StageClock) throws -> Void) {
    let queue = DispatchQueue(label: "kapao.\(stream).\(name)")
    starts.append { group in
      queue.async(group: group) {
        dispatchPrecondition(condition: .onQueue(queue))
        do {
          try loop(clock)
        } catch {
          self.fail(error)
        }
      }
    }
  }

  private func fail(_ error: any Error) {
    lock.withLock {
      failure = failure ?? error
      isStopping = true
    }
  }
}

import Foundation
import Support

/// Stages that run at the same time, each a labelled serial queue, joined by queues with limits.
///
/// A source that ends lets the stages after it drain; a stage that nobody takes from any more stops those before it, and
/// so does one that fails, so that the outputs are finished in either case. The first error wins.
package final class StageGraph: @unchecked Sendable {
  // @unchecked: `failure` and `isStopping` are only touched under the lock; the rest does not change once the graph runs.

  /// What the failure of a last stage means for the others.
  package enum FailurePolicy: Sendable {
    /// The run ends with the error.
    case stopRun
    /// The others go on; the run ends when none is left.
    case dropOutput
  }

  private let stream: String
  private let lock = NSLock()
  private var failure: (any Error)?
  private var isStopping = false
  private var starts: [() -> Void] = []
  private var clocks: [StageClock] = []
  private var checks: [() throws -> Void] = []
  private let running = DispatchGroup()

  /// - Parameter stream: The stream's name, in the labels of the queues.
  package init(stream: String) { self.stream = stream }

  /// What the stages have done so far, in the order of the graph.
  package var metrics: [StageMetrics] { clocks.map(\.value) }

  // MARK: - Building

  /// Adds a stage that makes elements until it returns `nil`.
  package func source<Output: Sendable & Weighted>(
    _ name: String, _ next: @escaping @Sendable () throws -> StreamElement<Output>?
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    let clock = addClock(StageClock(name: name))
    addLoop(name, output: output) { [self] _ in
      guard !stopping, let element = try clock.measure(next) else { return .end([]) }
      return .elements([element])
    } whenEnded: {
    }
    return output
  }

  /// Adds a place where others put elements in, from any thread.
  package func entry<Output: Sendable & Weighted>(_ name: String) -> (StageInlet<Output>, StageLink<Output>) {
    let output: StageLink<Output> = link(from: name)
    return (StageInlet(output), output)
  }

  /// Adds a stage that turns each frame into another, or drops it.
  package func stage<Input, Output: Sendable & Weighted>(
    _ name: String, _ input: StageLink<Input>, _ work: @escaping @Sendable (Input) throws -> Output?
  ) -> StageLink<Output> {
    delayingStage(name, input) { try work($0).map { [$0] } ?? [] }
  }

  /// Adds a stage that may keep frames back: each brings any number of others, and so does the end. What is no frame passes
  /// by those that are kept back.
  package func delayingStage<Input, Output: Sendable & Weighted>(
    _ name: String, _ input: StageLink<Input>,
    _ work: @escaping @Sendable (Input) throws -> [Output],
    finish: @escaping @Sendable () throws -> [Output] = { [] }
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    let queue = input.connect(capacity: 2, policy: .block, budget: Self.budget)
    let clock = addClock(StageClock(name: name, queue: { (queue.depth, queue.dropped) }))
    addLoop(name, output: output) { wake in
      switch queue.receive(orWake: wake) {
      case .wait: return .wait
      case .finished: return .end(try finish().map { .frame($0) })
      case .element(.frame(let frame)): return .elements(try clock.measure { try work(frame) }.map { .frame($0) })
      case .element(let other): return .elements(other.passed { _ in nil }.map { [$0] } ?? [])
      }
    } whenEnded: {
      queue.stop()
    }
    return output
  }

  /// Adds a stage with one worker for each function, which work at the same time; the order is kept.
  ///
  /// - Parameters:
  ///   - steps: Names of the steps that the workers measure with the stage's clock.
  ///   - policy: Of the queue in front.
  ///   - capacity: Frames in that queue, at most.
  ///   - costlyEvery: Of so many elements one takes time: that many more are held while the order is restored, so that
  ///     all workers can have one that does.
  ///   - flow: What limits the frames on their way from here to a later stage.
  ///   - threads: Where the workers work: on threads of their own by default.
  package func parallelStage<Input, Output: Sendable & Weighted>(
    _ name: String, _ input: StageLink<Input>, steps: [String] = [], policy: OverflowPolicy = .block,
    capacity: Int = 2, costlyEvery: Int = 1, flow: StageGate? = nil, threads: [WorkerThread]? = nil,
    workers: [@Sendable (Input, StageClock) throws -> Output?]
  ) -> StageLink<Output> {
    let output: StageLink<Output> = link(from: name)
    let queue = input.connect(capacity: capacity, policy: policy, budget: Self.budget)
    let clock = addClock(
      StageClock(name: name, workers: workers.count, steps: steps, queue: { (queue.depth, queue.dropped) }))
    starts.append { [self] in
      running.enter()
      let threads = threads ?? workers.indices.map { WorkerThread(name: "\(name).\($0)") }
      let stage = ParallelStage(
        DispatchQueue(label: label(name)), input: queue, output: output,
        workers: zip(threads, workers).map { thread, work in (thread, { try work($0, clock) }) },
        window: 2 * workers.count + (workers.count - 1) * (costlyEvery - 1), flow: flow, clock: clock
      ) { [self] error in
        if let error { fail(error) }
        queue.stop()
        output.finish()
      } whenIdle: { [self] in
        running.leave()
      }
      stage.wake()
    }
    return output
  }

  /// Adds a last stage, with what is to be done after the last element or after an error, its own or elsewhere.
  ///
  /// - Parameters:
  ///   - policy: What happens to the run when it fails.
  ///   - gate: Nothing is taken before it is open.
  ///   - work: Is given all elements, not frames alone.
  package func sink<Input>(
    _ name: String, _ input: StageLink<Input>, capacity: Int = 2, overflow: OverflowPolicy = .block,
    budget: Int = StageGraph.budget, onFailure policy: FailurePolicy = .stopRun, gate: StageGate? = nil,
    _ work: @escaping @Sendable (StreamElement<Input>) throws -> Void,
    finish: @escaping @Sendable () throws -> Void = {}
  ) {
    let queue = input.connect(capacity: capacity, policy: overflow, budget: budget)
    let clock = addClock(StageClock(name: name, queue: { (queue.depth, queue.dropped) }))
    let end: @Sendable ((any Error)?) -> Void = { [self] error in
      queue.stop()
      let end = Result { try clock.measure(finish) }
      guard policy == .stopRun else { return }
      if let error { fail(error) }
      if case .failure(let error) = end { fail(error) }
    }
    addLoop(name, output: StageLink<Input>?.none, failing: false) { wake in
      guard gate?.isOpen(orWake: wake) ?? true else { return .wait }
      switch queue.receive(orWake: wake) {
      case .wait: return .wait
      case .finished: return .end([])
      case .element(let element):
        try element.isFrame ? clock.measure { try work(element) } : work(element)
        return .elements([])
      }
    } whenEnded: {
      end($0)
    }
  }

  // MARK: - Running

  private func start() throws {
    for check in checks { try check() }
    for start in starts { start() }
    // What the stages do is theirs now, and is released when they end.
    starts = []
  }

  /// Starts every stage of a graph that is known to be connected.
  package func startConnected() {
    do {
      try start()
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// Checks the graph, runs every stage and returns when all have ended.
  ///
  /// - Throws: The first error of a stage, or `PipelineError.unconnected`.
  package func run() throws {
    try start()
    running.wait()
    if let failure = lock.withLock({ failure }) { throw failure }
  }

  /// Waits until all stages have ended.
  package func wait() { running.wait() }

  /// Calls `work` on a queue when all stages have ended.
  package func whenEnded(on queue: DispatchQueue, _ work: @escaping @Sendable () -> Void) {
    running.notify(queue: queue, execute: work)
  }

  /// Ends the sources; what they have made is still worked on and outputs are finished.
  package func stop() { lock.withLock { isStopping = true } }

  /// Ends the run with an error, unless there was one before.
  func fail(_ error: any Error) {
    lock.withLock {
      failure = failure ?? error
      isStopping = true
    }
  }

  /// Whether a stage has failed.
  var hasFailed: Bool { lock.withLock { failure != nil } }

  /// Bytes that the queue in front of a stage may hold.
  package static let budget = 256 << 20

  private var stopping: Bool { lock.withLock { isStopping } }

  private func label(_ stage: String) -> String { "kapao.\(stream).\(stage)" }

  private func link<Frame>(from producer: String) -> StageLink<Frame> {
    let link = StageLink<Frame>(producer: producer)
    checks.append { if link.queues.isEmpty { throw PipelineError.unconnected(stage: producer) } }
    return link
  }

  private func addClock(_ clock: StageClock) -> StageClock {
    clocks.append(clock)
    return clock
  }

  private func addLoop<Output>(
    _ name: String, output: StageLink<Output>,
    _ turn: @escaping @Sendable (@escaping @Sendable () -> Void) throws -> StageLoop<Output>.Turn,
    whenEnded: @escaping @Sendable () -> Void
  ) {
    addLoop(name, output: output, failing: true, turn) { _ in whenEnded() }
  }

  private func addLoop<Output>(
    _ name: String, output: StageLink<Output>?, failing: Bool,
    _ turn: @escaping @Sendable (@escaping @Sendable () -> Void) throws -> StageLoop<Output>.Turn,
    whenEnded: @escaping @Sendable ((any Error)?) -> Void
  ) {
    starts.append { [self] in
      running.enter()
      let queue = DispatchQueue(label: label(name))
      let loop = StageLoop(queue, output: output, turn: turn) { [self] error in
        if failing, let error { fail(error) }
        whenEnded(error)
        output?.finish()
        running.leave()
      }
      loop.wake()
    }
  }
}

/// Where elements come into a graph from outside.
package final class StageInlet<Frame: Sendable & Weighted>: Sendable {
  private let link: StageLink<Frame>

  init(_ link: StageLink<Frame>) { self.link = link }

  /// Puts an element in; whether somebody took it. The queue behind has to drop rather than to block.
  package func send(_ element: StreamElement<Frame>) -> Bool {
    link.queues.map { if case .taken = $0.send(element) { true } else { false } }.contains(true)
  }

  /// Nothing more comes: what is in is still worked on.
  package func finish() { link.finish() }

  /// Frames that were dropped as newer ones came.
  package var dropped: Int { link.queues.reduce(0) { $0 + $1.dropped } }

  /// Whether nothing waits.
  package var isEmpty: Bool { link.queues.allSatisfy(\.isEmpty) }
}

/// Keeps a stage from taking anything, until it is opened or, where it limits how many frames are on their way from one stage
/// to a later one, until one of them has come through; so the first takes the newest frame when the last is ready for it.
///
/// The stage holds no thread while it waits: it leaves a closure.
package final class StageGate: Sendable {
  private struct State {
    var limit: Int
    var count = 0
    var waiting: (@Sendable () -> Void)?
  }

  private let state: Locked<State>

  /// A gate that lets `limit` frames in at a time; none, before it is opened.
  package init(limit: Int = 0) { state = Locked(State(limit: limit)) }

  /// Whether one more frame may enter; if not, `wake` is called when it may.
  func isOpen(orWake wake: @escaping @Sendable () -> Void) -> Bool {
    state.withLock {
      if $0.count < $0.limit { return true }
      $0.waiting = wake
      return false
    }
  }

  func enter() { state.withLock { $0.count += 1 } }

  /// A frame has come through, or was dropped on its way.
  package func leave() { change { $0.count -= 1 } }

  /// Lets everything in from now on.
  package func open() { change { $0.limit = .max } }

  private func change(_ body: (inout State) -> Void) {
    let wake = state.withLock { state in
      body(&state)
      defer { state.waiting = nil }
      return state.waiting
    }
    wake?()
  }
}

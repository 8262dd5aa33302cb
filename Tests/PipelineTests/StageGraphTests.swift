import Foundation
import Pipeline
import Testing

@Suite("Stage graph")
struct StageGraphTests {
  private struct Failure: Error, Equatable {
    let name: String
  }

  /// Collects what a sink receives.
  private final class Collector: @unchecked Sendable {
    // @unchecked: touched under the lock.
    private let lock = NSLock()
    private var numbers: [Int] = []
    private var finished = 0
    var values: [Int] { lock.withLock { numbers } }
    var finishes: Int { lock.withLock { finished } }
    func add(_ element: StreamElement<Int>) { if case .frame(let number) = element { add(number) } }
    func add(_ number: Int) { lock.withLock { numbers.append(number) } }
    func finish() { lock.withLock { finished += 1 } }
  }

  /// Counts up to a limit.
  private final class Counter: @unchecked Sendable {
    // @unchecked: touched under the lock.
    private let lock = NSLock()
    private var value = 0
    let limit: Int
    init(limit: Int) { self.limit = limit }
    func next() -> StreamElement<Int>? {
      lock.withLock {
        guard value < limit else { return nil }
        value += 1
        return .frame(value)
      }
    }
  }

  @Test("every element passes every stage in order and the output is finished once")
  func inOrder() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: 100), Collector())
    let numbers = graph.source("count") { counter.next() }
    let doubled = graph.stage("double", numbers) { $0 * 2 }
    graph.sink("collect", doubled) {
      collector.add($0)
    } finish: {
      collector.finish()
    }
    try graph.run()
    #expect(collector.values == (1...100).map { $0 * 2 })
    #expect(collector.finishes == 1)
    #expect(graph.metrics.map(\.name) == ["count", "double", "collect"])
  }

  @Test("a stage may keep elements back and give them at the end")
  func delaying() throws {
    let (graph, counter, collector, held) = (
      StageGraph(stream: "test"), Counter(limit: 10), Collector(), Collector()
    )
    let numbers = graph.source("count") { counter.next() }
    // Gives four at a time, and the rest at the end.
    let delayed = graph.delayingStage("delay", numbers) { number in
      held.add(number)
      return number % 4 == 0 ? Array(held.values.suffix(4)) : []
    } finish: {
      Array(held.values.dropFirst(8))
    }
    graph.sink("collect", delayed) {
      collector.add($0)
    } finish: {
      collector.finish()
    }
    try graph.run()
    #expect(collector.values == Array(1...10))
    #expect(collector.finishes == 1)
  }

  @Test("several workers keep the order even if the first elements take longest")
  func parallelOrder() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: 200), Collector())
    let numbers = graph.source("count") { counter.next() }
    let work: @Sendable (Int, StageClock) -> Int? = { number, _ in
      // Uneven work without a clock: some elements cost a thousand times more than others.
      var sum = 0
      for step in 0..<(number % 7 == 1 ? 200_000 : 200) { sum &+= step &* number }
      return sum == -1 ? 0 : number
    }
    let worked = graph.parallelStage("work", numbers, workers: [work, work, work])
    graph.sink("collect", worked) {
      collector.add($0)
    } finish: {
      collector.finish()
    }
    try graph.run()
    #expect(collector.values == Array(1...200))
  }

  @Test("where one element in five takes time, both workers have one at the same time")
  func costlyEvery() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: 40), Collector())
    let numbers = graph.source("count") { counter.next() }
    // Costly elements come in pairs of which each waits for the other to have begun.
    let hasBegun = [DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)]
    let work: @Sendable (Int, StageClock) throws -> Int? = { number, _ in
      guard number % 5 == 1 else { return number }
      let side = number / 5 % 2
      hasBegun[side].signal()
      guard hasBegun[1 - side].wait(timeout: .now() + 20) == .success else { throw Failure(name: "alone") }
      return number
    }
    let worked = graph.parallelStage("work", numbers, costlyEvery: 5, workers: [work, work])
    graph.sink("collect", worked) {
      collector.add($0)
    } finish: {
    }
    try graph.run()
    #expect(collector.values == Array(1...40))
  }

  @Test("the first error wins, earlier elements arrive and the output is finished", arguments: [1, 2])
  func firstError(workers: Int) {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: 1000), Collector())
    let numbers = graph.source("count") { counter.next() }
    let work: @Sendable (Int, StageClock) throws -> Int? = { number, _ in
      if number == 50 { throw Failure(name: "fifty") }
      return number
    }
    let worked = graph.parallelStage("work", numbers, workers: Array(repeating: work, count: workers))
    graph.sink("collect", worked) {
      collector.add($0)
    } finish: {
      collector.finish()
    }
    #expect(throws: Failure(name: "fifty")) { try graph.run() }
    // All that came before the one that failed, and nothing after it.
    #expect(collector.values == Array(1...49))
    #expect(collector.finishes == 1)
  }

  @Test("an error in the last stage ends the first")
  func sinkError() {
    let (graph, counter) = (StageGraph(stream: "test"), Counter(limit: .max))
    let numbers = graph.source("count") { counter.next() }
    graph.sink("fail", numbers) {
      if case .frame(10) = $0 { throw Failure(name: "ten") }
    }
    #expect(throws: Failure(name: "ten")) { try graph.run() }
  }

  @Test("stopping ends an endless source and finishes the output")
  func stop() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: .max), Collector())
    let numbers = graph.source("count") { counter.next() }
    graph.sink("collect", numbers) { element in
      collector.add(element)
      if case .frame(20) = element { graph.stop() }
    } finish: {
      collector.finish()
    }
    try graph.run()
    #expect(collector.values.count >= 20)
    #expect(collector.finishes == 1)
  }

  @Test("a stage whose output goes nowhere is found before anything runs")
  func unconnected() {
    let (graph, counter) = (StageGraph(stream: "test"), Counter(limit: 1))
    let _: StageLink<Int> = graph.source("count") { counter.next() }
    #expect(throws: PipelineError.unconnected(stage: "count")) { try graph.run() }
    guard case .frame(1) = counter.next() else {
      Issue.record("nothing was taken")
      return
    }
  }

  @Test("what is no frame keeps its place among the frames, also between parallel workers, and is never worked on")
  func others() throws {
    let (graph, counter, seen) = (StageGraph(stream: "test"), Counter(limit: 60), Names())
    let source: StageLink<Int> = graph.source("count") {
      guard let element = counter.next(), case .frame(let number) = element else { return nil }
      return number % 3 == 0 ? StreamElement<Int>.outage : element
    }
    let work: @Sendable (Int, StageClock) -> Int? = { number, _ in number }
    let worked = graph.parallelStage("work", source, workers: [work, work, work])
    // One in two frames is dropped.
    let thinned = graph.stage("thin", worked) { $0 % 2 == 0 ? $0 : nil }
    graph.sink("collect", thinned) {
      switch $0 {
      case .frame(let number): seen.add("\(number)")
      default: seen.add("-")
      }
    }
    try graph.run()
    let expected = (1...60).compactMap { $0 % 3 == 0 ? "-" : $0 % 2 == 0 ? "\($0)" : nil }
    #expect(seen.values == expected)
  }

  @Test("each last stage gets all frames; one that fails is left out, and the run ends when none is left")
  func fanOut() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: .max), Collector())
    let numbers = graph.source("count") { counter.next() }
    graph.sink("first", numbers, onFailure: .dropOutput) {
      if case .frame(5) = $0 { throw Failure(name: "five") }
    }
    graph.sink("second", numbers, onFailure: .dropOutput) {
      collector.add($0)
      if case .frame(100) = $0 { throw Failure(name: "hundred") }
    } finish: {
      collector.finish()
    }
    try graph.run()
    #expect(collector.values == Array(1...100))
    #expect(collector.finishes == 1)
  }

  @Test("a stage behind a gate takes nothing before it is open")
  func gate() throws {
    let (graph, counter, first, second) = (StageGraph(stream: "test"), Counter(limit: 50), Collector(), Collector())
    let gate = StageGate()
    let numbers = graph.source("count") { counter.next() }
    graph.sink("first", numbers) {
      #expect(second.values.isEmpty || first.values.count >= 2)
      first.add($0)
      if first.values.count == 2 { gate.open() }
    }
    graph.sink("second", numbers, gate: gate) { second.add($0) }
    try graph.run()
    #expect(second.values == Array(1...50))
  }

  @Test("while a frame is between two stages the newest of those that come waits in front")
  func flow() throws {
    let (graph, collector, flow) = (StageGraph(stream: "test"), Collector(), StageGate(limit: 1))
    let (inlet, numbers): (StageInlet<Int>, StageLink<Int>) = graph.entry("source")
    let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let worked: StageLink<Int> = graph.parallelStage(
      "work", numbers, policy: .dropOldest, capacity: 1, flow: flow,
      workers: [
        { @Sendable number, _ in
          begun.signal()
          go.wait()
          return number
        }
      ])
    graph.sink("collect", worked) {
      collector.add($0)
      flow.leave()
    }
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "run").async {
      try? graph.run()
      done.signal()
    }
    _ = inlet.send(.frame(1))
    begun.wait()
    for number in 2...9 { _ = inlet.send(.frame(number)) }
    go.signal()
    go.signal()
    inlet.finish()
    done.wait()
    #expect(collector.values == [1, 9])
    #expect(inlet.dropped == 7)
  }

  @Test("more stages and workers than libdispatch has threads")
  func manyThreads() throws {
    // 255 threads of libdispatch: stages that wait must not hold one each.
    let idle = (0..<300).map { index -> (StageGraph, StageInlet<Int>) in
      let graph = StageGraph(stream: "idle\(index)")
      let (inlet, link): (StageInlet<Int>, StageLink<Int>) = graph.entry("source")
      graph.sink("sink", link, overflow: .dropOldest) { _ in }
      graph.startConnected()
      return (graph, inlet)
    }
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: 2000), Collector())
    let numbers = graph.source("count") { counter.next() }
    let all = Barrier(512)
    let work: @Sendable (Int, StageClock) -> Int? = { number, _ in
      if number <= 512 { all.wait() }
      return number
    }
    let worked = graph.parallelStage("work", numbers, workers: Array(repeating: work, count: 512))
    graph.sink("collect", worked) { collector.add($0) }
    try graph.run()
    #expect(collector.values == Array(1...2000))
    for (_, inlet) in idle { inlet.finish() }
  }

  @Test("the clock of a stage says how it is doing: depth, drops, times, and how long it has been at work")
  func metrics() throws {
    let graph = StageGraph(stream: "test")
    let (inlet, numbers): (StageInlet<Int>, StageLink<Int>) = graph.entry("source")
    let (begun, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let worked: StageLink<Int> = graph.parallelStage(
      "work", numbers, steps: ["one", "two"], policy: .dropOldest, capacity: 2,
      workers: [
        { @Sendable number, clock in
          clock.measure(step: 0) {}
          begun.signal()
          go.wait()
          return clock.measure(step: 1) { number }
        }
      ])
    graph.sink("collect", worked) { _ in }
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "run").async {
      try? graph.run()
      done.signal()
    }
    for number in 1...5 {
      _ = inlet.send(.frame(number))
      if number == 1 { begun.wait() }
    }
    let busy = try #require(graph.metrics.first)
    #expect(busy.workingFor ?? -1 >= 0)
    #expect((busy.depth, busy.dropped) == (2, 2))
    #expect(busy.steps.map(\.elements) == [1, 0])
    for _ in 1...3 { go.signal() }
    inlet.finish()
    done.wait()
    let idle = try #require(graph.metrics.first)
    #expect(idle.workingFor == nil)
    #expect((idle.elements, idle.depth) == (3, 0))
    #expect(idle.times.map { $0.p50 <= $0.p95 && $0.p95 <= $0.maximum } == true)
    #expect(idle.steps.map(\.elements) == [3, 3])
  }

  /// Collects words.
  private final class Names: @unchecked Sendable {
    // @unchecked: touched under the lock.
    private let lock = NSLock()
    private var words: [String] = []
    var values: [String] { lock.withLock { words } }
    func add(_ word: String) { lock.withLock { words.append(word) } }
  }

  /// Lets nobody through until so many wait.
  private final class Barrier: @unchecked Sendable {
    // @unchecked: touched under the condition's lock.
    private let condition = NSCondition()
    private var missing: Int
    init(_ count: Int) { missing = count }
    func wait() {
      condition.withLock {
        missing -= 1
        if missing == 0 { condition.broadcast() }
        while missing > 0 { condition.wait() }
      }
    }
  }
}

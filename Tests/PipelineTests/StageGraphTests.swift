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
    func next() -> Int? {
      lock.withLock {
        guard value < limit else { return nil }
        value += 1
        return value
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
    let work: @Sendable (Int) -> Int = { number in
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
    let work: @Sendable (Int) throws -> Int = { number in
      guard number % 5 == 1 else { return number }
      let side = number / 5 % 2
      hasBegun[side].signal()
      guard hasBegun[1 - side].wait(timeout: .now() + 20) == .success else { throw Failure(name: "alone") }
      return number
    }
    let worked = graph.parallelStage("work", numbers, workers: [work, work], costlyEvery: 5)
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
    let work: @Sendable (Int) throws -> Int = { number in
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
    #expect(collector.values == Array(1...collector.values.count))
    #expect(collector.values.count <= 49)
    #expect(collector.finishes == 1)
  }

  @Test("an error in the last stage ends the first")
  func sinkError() {
    let (graph, counter) = (StageGraph(stream: "test"), Counter(limit: .max))
    let numbers = graph.source("count") { counter.next() }
    graph.sink("fail", numbers) {
      if $0 == 10 { throw Failure(name: "ten") }
    } finish: {
    }
    #expect(throws: Failure(name: "ten")) { try graph.run() }
  }

  @Test("stopping ends an endless source and finishes the output")
  func stop() throws {
    let (graph, counter, collector) = (StageGraph(stream: "test"), Counter(limit: .max), Collector())
    let numbers = graph.source("count") { counter.next() }
    graph.sink("collect", numbers) { number in
      collector.add(number)
      if number == 20 { graph.stop() }
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
    #expect(counter.next() == 1)
  }
}

import Foundation

/// A stage with several workers at the same time, whose results are put back into the order of their inputs.
final class ParallelStage<Input: Sendable & Weighted, Output: Sendable & Weighted>: @unchecked Sendable {
  // @unchecked: everything that changes is only touched on the stage's queue.

  typealias Work = @Sendable (Input) throws -> Output?

  /// Results and what is worked on may be so many bytes ahead of the next result, whatever the window.
  private static var budget: Int { 512 << 20 }

  private let queue: DispatchQueue
  private let input: BoundedQueue<Input>
  private let workers: [(thread: WorkerThread, work: Work)]
  private let window: Int
  private let flow: StageGate?
  private let clock: StageClock
  private let whenEnded: ((any Error)?) -> Void
  private let whenIdle: () -> Void
  private var sender: LinkSender<Output>
  private var idle: [Int]
  /// Numbers of the next element to be taken and of the next result to be sent.
  private var (taken, sent) = (0, 0)
  private var results: [Int: Result<StreamElement<Output>?, any Error>] = [:]
  /// What the elements from `sent` to `taken` take, and all of them together.
  private var (bytes, held) = ([Int: Int](), 0)
  private var isDrained = false
  private var hasEnded = false

  /// - Parameters:
  ///   - window: Elements from the oldest that is being worked on to the newest, at most.
  ///   - flow: What limits the frames on their way from here to a later stage.
  ///   - whenEnded: Called once, with the first worker's error in the order of the elements.
  ///   - whenIdle: Called once, when no worker works any more.
  init(
    _ queue: DispatchQueue, input: BoundedQueue<Input>, output: StageLink<Output>,
    workers: [(thread: WorkerThread, work: Work)], window: Int, flow: StageGate?, clock: StageClock,
    whenEnded: @escaping ((any Error)?) -> Void, whenIdle: @escaping () -> Void
  ) {
    self.queue = queue
    self.input = input
    self.workers = workers
    self.window = window
    self.flow = flow
    self.clock = clock
    self.whenEnded = whenEnded
    self.whenIdle = whenIdle
    sender = LinkSender(output)
    idle = Array(workers.indices.reversed())
  }

  func wake() { queue.async { self.step() } }

  private func step() {
    guard !hasEnded else { return }
    // Elements that were waiting to be sent hold back the next results.
    while true {
      switch sender.flush(orWake: { self.wake() }) {
      case .sent: break
      case .waiting: return takeAhead()
      case .stopped: return end(nil)
      }
      guard let result = results.removeValue(forKey: sent) else { break }
      switch result {
      case .success(let element): sender.add(element.map { [$0] } ?? [])
      case .failure(let error): return end(error)
      }
      held -= bytes.removeValue(forKey: sent) ?? 0
      sent += 1
    }
    takeAhead()
    if isDrained, sent == taken { end(nil) } else if results[sent] != nil { wake() }
  }

  /// Takes elements as long as there are workers for them and room for their results.
  private func takeAhead() {
    while !isDrained, !idle.isEmpty, taken - sent < window, taken == sent || held < Self.budget {
      guard flow?.isOpen(orWake: { self.wake() }) ?? true else { return }
      switch input.receive(orWake: { self.wake() }) {
      case .wait: return
      case .finished: isDrained = true
      case .element(let element):
        let number = taken
        taken += 1
        bytes[number] = element.byteCount
        held += element.byteCount
        if case .frame(let frame) = element {
          flow?.enter()
          assign(frame, number: number)
        } else {
          results[number] = .success(element.passed { _ in nil })
        }
      }
    }
  }

  private func assign(_ frame: Input, number: Int) {
    let index = idle.removeLast()
    let (thread, work) = workers[index]
    thread.run { [self] in
      let result = Result { try clock.measure { try work(frame) } }
      queue.async { [self] in
        idle.append(index)
        guard !hasEnded else { return checkIdle() }
        results[number] = result.map { $0.map { .frame($0) } }
        step()
      }
    }
  }

  private func end(_ error: (any Error)?) {
    hasEnded = true
    results.removeAll()
    whenEnded(error)
    checkIdle()
  }

  private func checkIdle() { if idle.count == workers.count { whenIdle() } }
}

/// What a stage gives: its type keeps stages from being wired in the wrong order. Each stage that takes from it has a queue
/// of its own, with a policy and limits of its own; all of them are given every element.
package final class StageLink<Frame: Sendable & Weighted>: @unchecked Sendable {
  // @unchecked: queues are added while the graph is built, before any stage runs.

  let producer: String
  private(set) var queues: [BoundedQueue<Frame>] = []

  init(producer: String) { self.producer = producer }

  func connect(capacity: Int, policy: OverflowPolicy, budget: Int) -> BoundedQueue<Frame> {
    let queue = BoundedQueue<Frame>(capacity: capacity, policy: policy, budget: budget)
    queues.append(queue)
    return queue
  }

  func finish() { for queue in queues { queue.finish() } }
}

/// Gives elements to the queues of a link, in order, without blocking.
struct LinkSender<Frame: Sendable & Weighted> {
  private let link: StageLink<Frame>
  private var pending: [StreamElement<Frame>] = []
  /// The queues that have not yet taken the first pending element.
  private var remaining: [Int]?
  private var gone: Set<Int> = []

  init(_ link: StageLink<Frame>) { self.link = link }

  /// What has become of the elements.
  enum Outcome {
    /// All are with the queues.
    case sent
    /// A queue is full; `wake` will be called.
    case waiting
    /// Nobody is left to receive any.
    case stopped
  }

  mutating func add(_ elements: [StreamElement<Frame>]) { pending += elements }

  mutating func flush(orWake wake: @escaping @Sendable () -> Void) -> Outcome {
    while let element = pending.first {
      var left = remaining ?? link.queues.indices.filter { !gone.contains($0) }
      while let index = left.first {
        switch link.queues[index].send(element, orWake: wake) {
        case .taken: break
        case .stopped: gone.insert(index)
        case .wait:
          remaining = left
          return .waiting
        }
        left.removeFirst()
      }
      remaining = nil
      if gone.count == link.queues.count { return .stopped }
      pending.removeFirst()
    }
    return .sent
  }
}

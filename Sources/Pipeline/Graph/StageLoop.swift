import Foundation

/// A stage with one worker: takes an element, works, and gives what comes of it. While it waits it blocks no thread.
final class StageLoop<Output: Sendable & Weighted>: @unchecked Sendable {
  // @unchecked: everything that changes is only touched on the queue.

  /// What a stage has made of its next input.
  enum Turn {
    /// There is none yet; `wake` will be called.
    case wait
    /// Elements to send on, possibly none.
    case elements([StreamElement<Output>])
    /// The last elements.
    case end([StreamElement<Output>])
  }

  private let queue: DispatchQueue
  private let turn: (_ wake: @escaping @Sendable () -> Void) throws -> Turn
  private let whenEnded: ((any Error)?) -> Void
  private var sender: LinkSender<Output>?
  private var isEnding = false
  private var hasEnded = false

  /// - Parameters:
  ///   - turn: Takes one element and works on it.
  ///   - whenEnded: Called once, with the stage's error if it had one.
  init(
    _ queue: DispatchQueue, output: StageLink<Output>?,
    turn: @escaping (_ wake: @escaping @Sendable () -> Void) throws -> Turn,
    whenEnded: @escaping ((any Error)?) -> Void
  ) {
    self.queue = queue
    self.turn = turn
    self.whenEnded = whenEnded
    sender = output.map { LinkSender($0) }
  }

  /// Goes on, soon.
  func wake() { queue.async { self.step() } }

  private func step() {
    dispatchPrecondition(condition: .onQueue(queue))
    guard !hasEnded else { return }
    switch sender?.flush(orWake: { self.wake() }) ?? .sent {
    case .sent: break
    case .waiting: return
    case .stopped: return end(nil)
    }
    if isEnding { return end(nil) }
    do {
      switch try turn({ self.wake() }) {
      case .wait: return
      case .elements(let elements): sender?.add(elements)
      case .end(let elements):
        sender?.add(elements)
        isEnding = true
      }
    } catch {
      return end(error)
    }
    wake()
  }

  private func end(_ error: (any Error)?) {
    hasEnded = true
    whenEnded(error)
  }
}

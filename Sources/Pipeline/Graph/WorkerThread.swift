import Foundation

/// A thread of its own for work that computes with several threads: OpenMP keeps a team for each thread that begins a
/// parallel part, so that the same thread has to begin all of them. Streams that share one take turns. It is also no
/// thread of libdispatch, of which there are 255 at most.
package final class WorkerThread: Sendable {
  private let name: String
  private let inbox = Inbox()

  /// A thread that starts with its first piece of work.
  package init(name: String) { self.name = name }

  deinit { inbox.close() }

  /// Does a piece of work after those that were handed in before.
  package func run(_ work: @escaping @Sendable () -> Void) {
    guard inbox.add(work) else { return }
    let thread = Thread { [inbox] in while let work = inbox.next() { work() } }
    thread.name = name
    thread.start()
  }

  // @unchecked: everything is only touched under the condition's lock.
  private final class Inbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var work: [@Sendable () -> Void] = []
    private var isClosed = false
    private var hasBegun = false

    /// Whether it is the first piece of work.
    func add(_ piece: @escaping @Sendable () -> Void) -> Bool {
      condition.withLock {
        work.append(piece)
        condition.signal()
        defer { hasBegun = true }
        return !hasBegun
      }
    }

    func close() {
      condition.withLock {
        isClosed = true
        condition.signal()
      }
    }

    /// The next piece of work; `nil` once all is done and the inbox is closed.
    func next() -> (@Sendable () -> Void)? {
      condition.withLock {
        while work.isEmpty, !isClosed { condition.wait() }
        return work.isEmpty ? nil : work.removeFirst()
      }
    }
  }
}

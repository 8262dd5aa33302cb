import Foundation
import Logging
import VideoIO

/// An output of a stream on a queue of its own: too slow, it loses pictures; broken, it is opened again with growing
/// pauses. The stream and the other outputs do not notice.
public final class LiveOutput: LiveReceiver, @unchecked Sendable {
  // @unchecked: `report` and `isAtEnd` are only touched under the lock; the sink and the times belong to the output's queue.

  /// What the output takes.
  public enum Content: Sendable {
    /// All pictures, also those while the source is away.
    case pictures
    /// Only pictures of the source.
    case poses
  }

  private let content: Content
  private let make: @Sendable () throws -> any LiveSink
  private let inbox: BoundedQueue<LiveFrame>
  private let queue: DispatchQueue
  private let log: Logger
  private let done = DispatchGroup()
  private let lock = NSLock()
  private var report: LiveOutputStatus
  private var isAtEnd = false
  private var sink: (any LiveSink)?
  private var backOff = BackOff()
  private var retryTime = 0.0

  /// - Parameters:
  ///   - name: What it is called in logs and in the status; credentials are removed.
  ///   - stream: The stream's name.
  ///   - content: What it takes.
  ///   - capacity: Pictures that may wait.
  ///   - make: Opens the output.
  public init(
    _ name: String, stream: String, content: Content, capacity: Int = 8, log: Logger,
    make: @escaping @Sendable () throws -> any LiveSink
  ) {
    let shown = Redaction.redact(name)
    self.content = content
    self.make = make
    self.log = log
    inbox = BoundedQueue(capacity: capacity, policy: .dropOldest)
    report = LiveOutputStatus(name: shown, isOpen: false, written: 0, dropped: 0, failures: 0, lastError: nil)
    queue = DispatchQueue(label: "kapao.\(stream).output.\(shown)")
    queue.async(group: done) { [self] in work() }
  }

  /// How the output is doing.
  public var status: LiveOutputStatus? {
    var status = lock.withLock { report }
    status.dropped += inbox.dropped
    return status
  }

  /// Queues a picture; if the queue is full, the oldest one in it gives way.
  public func offer(_ frame: LiveFrame) {
    if content == .poses, frame.record == nil { return }
    _ = inbox.send(frame)
  }

  /// Lets a playlist say that nothing follows.
  public func sourceHasEnded() { lock.withLock { isAtEnd = true } }

  /// Writes what is queued and completes the output.
  public func finish() {
    inbox.finish()
    done.wait()
  }

  private func work() {
    while let frame = inbox.receive() { write(frame) }
    do {
      if lock.withLock({ isAtEnd }) { try sink?.end() } else { try sink?.finish() }
    } catch {
      fail(error)
    }
    sink = nil
  }

  private func write(_ frame: LiveFrame) {
    dispatchPrecondition(condition: .onQueue(queue))
    let now = MonotonicTime.seconds
    guard sink != nil || now >= retryTime else {
      lock.withLock { report.dropped += 1 }
      return
    }
    do {
      let open = try sink ?? make()
      sink = open
      try open.write(frame)
      backOff.reset()
      lock.withLock {
        if !report.isOpen, report.failures > 0 { log.notice("output \(report.name) works again") }
        report.isOpen = true
        report.written += 1
      }
    } catch {
      fail(error)
      lock.withLock { report.dropped += 1 }
    }
  }

  private func fail(_ error: any Error) {
    sink?.abandon()
    sink = nil
    let wait = backOff.next(random: .random(in: 0...1))
    retryTime = MonotonicTime.seconds + wait
    let text = Redaction.redact("\(error)")
    let isNews = lock.withLock {
      defer {
        report.isOpen = false
        report.failures += 1
        report.lastError = text
      }
      return report.isOpen || report.lastError != text
    }
    if isNews { log.error("output failed: \(text)") }
  }
}

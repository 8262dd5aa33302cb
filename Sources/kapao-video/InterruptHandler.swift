import Foundation

/// Calls a function on the first Ctrl-C or SIGTERM; the second ends the program at once.
final class InterruptHandler: @unchecked Sendable {
  // @unchecked: the count is only touched on the queue.

  private let queue = DispatchQueue(label: "kapao.signals")
  private var sources: [any DispatchSourceSignal] = []
  private var count = 0

  /// Whether one has come.
  var isInterrupted: Bool { queue.sync { count > 0 } }

  init(_ interrupt: @escaping @Sendable () -> Void = {}) {
    sources = [SIGINT, SIGTERM].map { signal in
      Foundation.signal(signal, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
      source.setEventHandler { [self] in
        count += 1
        if count > 1 { _exit(ExitStatus.interrupted.rawValue) }
        interrupt()
      }
      source.resume()
      return source
    }
    // A reader of our standard output that goes away is an error of the write, not the end of the program.
    Foundation.signal(SIGPIPE, SIG_IGN)
  }

  func cancel() { sources.forEach { $0.cancel() } }
}

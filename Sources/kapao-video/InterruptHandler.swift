import Foundation
import Kapao
import VideoIO

/// Calls a function on the first Ctrl-C or SIGTERM; another one ends the program at once, unless it comes with the first:
/// `timeout` sends its signal twice.
final class InterruptHandler: @unchecked Sendable {
  // @unchecked: the time is only touched on the queue.

  private let queue = DispatchQueue(label: "kapao.signals")
  private var sources: [any DispatchSourceSignal] = []
  private var first: Double?

  /// Whether one has come.
  var isInterrupted: Bool { queue.sync { first != nil } }

  init(_ interrupt: @escaping @Sendable () -> Void = {}) {
    sources = [SIGINT, SIGTERM].map { signal in
      Foundation.signal(signal, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
      source.setEventHandler { [self] in
        let now = MonotonicTime.seconds
        guard let first else {
          self.first = now
          return interrupt()
        }
        guard now - first > 0.5 else { return }
        TemporaryFile.discardAll()
        _exit(ExitStatus.interrupted.rawValue)
      }
      source.resume()
      return source
    }
    // A reader of our standard output that goes away is an error of the write, not the end of the program.
    Foundation.signal(SIGPIPE, SIG_IGN)
  }

  func cancel() { sources.forEach { $0.cancel() } }
}

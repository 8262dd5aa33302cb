import Foundation
import Kapao
import Support
import VideoIO

/// What Ctrl-C, Ctrl-\, SIGTERM and the end of the terminal do.
///
/// The first one ends the run in order once there is one, and the program before that, without a trace: nothing has
/// been written yet. Another one ends the program at once, unless it comes with the first: `timeout` sends its signal
/// twice, and a terminal that closes may send two.
final class InterruptHandler: @unchecked Sendable {
  // @unchecked: everything is only touched on the queue.

  /// That of the process.
  static let shared = InterruptHandler()

  private let queue = DispatchQueue(label: "kapao.signals")
  private var sources: [any DispatchSourceSignal] = []
  private var interrupt: (@Sendable () -> Void)?
  private var first: Double?
  private var folders: Set<String> = []

  /// Whether one has come.
  var isInterrupted: Bool { queue.sync { first != nil } }

  /// Begins to listen. SIGHUP stays ignored where it is, as after `nohup`.
  func start() {
    var numbers = [SIGINT, SIGTERM, SIGQUIT]
    var hangUp = sigaction()
    sigaction(SIGHUP, nil, &hangUp)
    if unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) != unsafeBitCast(SIG_IGN, to: Int.self) {
      numbers.append(SIGHUP)
    }
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [self] in handle() }
      source.resume()
      return source
    }
  }

  /// What the first one does from now on.
  func onInterrupt(_ interrupt: @escaping @Sendable () -> Void) { queue.sync { self.interrupt = interrupt } }

  /// A folder that goes, with what is in it, when a further one ends the program at once.
  func remove(_ folder: String) { queue.sync { _ = folders.insert(folder) } }

  /// The folder has gone.
  func forget(_ folder: String) { queue.sync { _ = folders.remove(folder) } }

  private func handle() {
    let now = MonotonicTime.seconds
    if first == nil, let interrupt {
      first = now
      return interrupt()
    }
    if let first, now - first <= 0.5 { return }
    UnfinishedOutputs.removeAll()
    for folder in folders { try? FileManager.default.removeItem(atPath: folder) }
    _exit(ExitStatus.interrupted.rawValue)
  }
}

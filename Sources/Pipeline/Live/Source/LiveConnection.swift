import Dispatch
import VideoIO

/// One attempt to read a source, from opening it to its end. It never tries again: that is the supervisor's.
final class LiveConnection: @unchecked Sendable {
  // @unchecked: nothing changes after the initialiser but what belongs to the connection's own queue.

  let generation: Int
  private let source: LiveSource
  private let interrupter = Interrupter()
  private let awake = DispatchSemaphore(value: 0)
  private let queue: DispatchQueue
  private let deliver: @Sendable (VideoFrame, Double) -> Void
  private let opened: @Sendable (MediaInfo) -> Void
  private let ended: @Sendable ((any Error)?) -> Void
  private var pacer = SourcePacer()

  /// - Parameters:
  ///   - opened: Called when the input is open.
  ///   - deliver: Called with each picture and the time of its arrival.
  ///   - ended: Called once, with what ended the connection, or `nil` at the end of the input.
  init(
    _ source: LiveSource, stream: String, generation: Int, opened: @escaping @Sendable (MediaInfo) -> Void,
    deliver: @escaping @Sendable (VideoFrame, Double) -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
  ) {
    self.source = source
    self.generation = generation
    self.deliver = deliver
    self.opened = opened
    self.ended = ended
    queue = DispatchQueue(label: "kapao.\(stream).source.\(generation)")
  }

  /// Begins on the connection's own queue.
  func start() {
    queue.async { [self] in
      do {
        repeat { try read() } while source.loops && !interrupter.isCancelled
        ended(nil)
      } catch {
        ended(error)
      }
    }
  }

  /// Makes it end soon, from any thread.
  func cancel() {
    interrupter.cancel()
    awake.signal()
  }

  private func read() throws {
    dispatchPrecondition(condition: .onQueue(queue))
    let reader = try VideoReader(source.input, options: source.readerOptions, interrupter: interrupter)
    defer { reader.close() }
    opened(reader.info)
    while let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      deliver(frame, source.isPaced ? pace(frame) : reader.packetArrival)
    }
  }

  /// Waits until a picture is due; the time that it is then.
  private func pace(_ frame: VideoFrame) -> Double {
    let now = MonotonicTime.seconds
    let wait = pacer.due(frame.time, at: now) - now
    if wait > 0.0005, !interrupter.isCancelled { _ = awake.wait(timeout: .now() + wait) }
    return MonotonicTime.seconds
  }
}

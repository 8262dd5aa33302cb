import Foundation
import Logging
import Support
import VideoIO

/// An output of a stream: too slow, it loses frames, but not their audio; broken, it is opened again with growing pauses.
/// The stream and the other outputs do not notice.
public final class LiveOutput: LiveReceiver, @unchecked Sendable {
  // @unchecked: `report`, `isAtEnd` and `hasBegun` are only touched under the lock; the sink, the audio and the times belong
  // to the output's stage.

  /// What the output takes.
  package enum Content: Sendable {
    /// All frames, also placeholders while the source is away.
    case all
    /// The same from the source's first frame on, whose size the others have.
    case pictures
    /// Only frames of the source.
    case poses
  }

  /// Frames and audio that wait take so many bytes at most.
  private static let budget = 128 << 20

  private let content: Content
  private let make: @Sendable () throws -> any LiveSink
  private let graph: StageGraph
  private let inlet: StageInlet<LiveFrame>
  private let log: Logger
  private let lock = NSLock()
  private var report: LiveOutputStatus
  private var isAtEnd = false
  private var hasBegun = false
  private var sink: (any LiveSink)?
  private var audio = LiveAudio()
  private var backOff = BackOff()
  private var retryTime = 0.0

  /// - Parameters:
  ///   - name: What it is called in logs and in the status; credentials are removed.
  ///   - stream: The stream's name.
  ///   - content: What it takes.
  ///   - capacity: Frames that may wait.
  ///   - make: Opens the output.
  package init(
    _ name: String, stream: String, content: Content, capacity: Int = 8, log: Logger,
    make: @escaping @Sendable () throws -> any LiveSink
  ) {
    let shown = Redaction.shown(name)
    self.content = content
    self.make = make
    self.log = log
    report = LiveOutputStatus(name: shown, isOpen: false, written: 0, dropped: 0, failures: 0, lastError: nil)
    graph = StageGraph(stream: stream)
    let frames: StageLink<LiveFrame>
    (inlet, frames) = graph.entry("fan-out")
    graph.sink("output.\(shown)", frames, capacity: capacity, overflow: .dropOldest, budget: Self.budget) { [self] in
      if let frame = audio.collect($0) { write(frame) }
    } finish: { [self] in
      end()
    }
    graph.startConnected()
  }

  /// How the output is doing.
  public var status: LiveOutputStatus? {
    var status = lock.withLock { report }
    status.dropped += inlet.dropped
    return status
  }

  /// Queues an element; if the queue is full, the oldest frame in it is dropped.
  public func offer(_ element: StreamElement<LiveFrame>) {
    if case .frame(let frame) = element {
      if frame.record == nil {
        guard content == .all || content == .pictures && lock.withLock({ hasBegun }) else { return }
      } else {
        lock.withLock { hasBegun = true }
      }
    }
    _ = inlet.send(element)
  }

  /// Lets a playlist say that nothing follows.
  public func sourceHasEnded() { lock.withLock { isAtEnd = true } }

  /// Writes what is queued and completes the output.
  public func finish() {
    inlet.finish()
    graph.wait()
  }

  private func end() {
    do {
      if lock.withLock({ isAtEnd }) { try sink?.end() } else { try sink?.finish() }
    } catch {
      fail(error)
    }
    sink = nil
  }

  private func write(_ frame: LiveFrame) {
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

/// How an output of a stream is doing.
public struct LiveOutputStatus: Hashable, Sendable, Codable {
  /// What it is, without credentials.
  public var name: String
  /// Whether it can be written to.
  public var isOpen: Bool
  /// Frames or records written.
  public var written: Int
  /// Frames or records that it was too slow for, or that came while it could not be written to.
  public var dropped: Int
  /// How often it failed.
  public var failures: Int
  /// What was wrong last, without credentials.
  public var lastError: String?
}

/// Something that takes a stream's frames and audio. It never makes the stream wait.
public protocol LiveReceiver: AnyObject, Sendable {
  /// Takes an element, or drops it.
  func offer(_ element: StreamElement<LiveFrame>)
  /// The source has come to its end; called before ``finish()``, unless the stream was stopped while it went on.
  func sourceHasEnded()
  /// Completes what is written; called once, and may take its time.
  func finish()
  /// How it is doing; `nil` for receivers that are not worth showing.
  var status: LiveOutputStatus? { get }
}

extension LiveReceiver {
  /// Makes no difference.
  public func sourceHasEnded() {}
}

/// Writes a stream's frames somewhere. Used by one queue; may block and fail, and is then made anew.
package protocol LiveSink: AnyObject, Sendable {
  /// Writes a frame.
  func write(_ frame: LiveFrame) throws
  /// Writes the audio that came with a frame and is from before a time, in seconds, at which another sink begins.
  func writeAudio(of frame: LiveFrame, before time: Double) throws
  /// Completes what is written; more may follow after a restart.
  func finish() throws
  /// Completes what is written when the source has come to its end.
  func end() throws
  /// Closes it after an error.
  func abandon()
}

extension LiveSink {
  /// Writes none.
  package func writeAudio(of frame: LiveFrame, before time: Double) throws {}

  /// Completes what is written.
  package func end() throws { try finish() }
}

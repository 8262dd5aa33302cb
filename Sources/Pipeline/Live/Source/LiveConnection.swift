import Dispatch
import VideoIO

/// One attempt to read a source, from opening it to its end. It never tries again: that is the supervisor's.
final class LiveConnection: @unchecked Sendable {
  // @unchecked: nothing changes after the initialiser but what belongs to the connection's own queue.

  /// Seconds for which a picture of a file is shown that tells neither a duration nor a frame rate.
  private static let usualDuration = 0.04

  let generation: Int
  private let source: LiveSource
  private let carriesSound: Bool
  private let interrupter = Interrupter()
  private let awake = DispatchSemaphore(value: 0)
  private let queue: DispatchQueue
  private let deliver: @Sendable (ReaderItem, Double) -> Void
  private let opened: @Sendable (MediaInfo, [PassthroughStream]) -> Void
  private let ended: @Sendable ((any Error)?) -> Void
  private var pacer = SourcePacer()

  /// - Parameters:
  ///   - opened: Called when the input is open, with the sound that it has.
  ///   - deliver: Called with each picture and each packet of sound, and the time of its arrival.
  ///   - ended: Called once, with what ended the connection, or `nil` at the end of the input.
  init(
    _ source: LiveSource, carriesSound: Bool, stream: String, generation: Int,
    opened: @escaping @Sendable (MediaInfo, [PassthroughStream]) -> Void,
    deliver: @escaping @Sendable (ReaderItem, Double) -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
  ) {
    self.source = source
    self.carriesSound = carriesSound
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
    var options = source.readerOptions
    options.passthrough = carriesSound
    let reader = try VideoReader(source.input, options: options, interrupter: interrupter)
    defer { reader.close() }
    let sound = reader.template.passthrough.filter { $0.kind == .audio }
    opened(reader.info, sound)
    let rate = reader.info.videoStream?.video?.frameRate.flatMap { $0.isPositive ? $0 : nil }
    let usual = rate?.inverse.doubleValue ?? Self.usualDuration
    while let item = try reader.next() {
      switch item {
      case .frame(let frame): deliver(item, source.isPaced ? pace(frame, usual: usual) : reader.packetArrival)
      case .packet(let packet):
        if sound.contains(where: { $0.index == packet.streamIndex }) { deliver(item, reader.packetArrival) }
      }
    }
  }

  /// Waits until a picture is due; the time that it is then.
  ///
  /// - Parameter usual: Seconds for which a picture is shown that does not say so.
  private func pace(_ frame: VideoFrame, usual: Double) -> Double {
    let now = MonotonicTime.seconds
    let duration = frame.duration > 0 ? Double(frame.duration) * frame.timeBase.doubleValue : usual
    let wait = pacer.due(frame.time, lasting: duration, at: now) - now
    if wait > 0.0005, !interrupter.isCancelled { _ = awake.wait(timeout: .now() + wait) }
    return MonotonicTime.seconds
  }
}

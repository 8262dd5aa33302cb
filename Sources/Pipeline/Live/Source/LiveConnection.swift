import Dispatch
import Support
import VideoIO

/// One attempt to read a source, from opening it to its end. It never tries again: that is the supervisor's.
final class LiveConnection: @unchecked Sendable {
  // @unchecked: nothing changes after the initialiser but what belongs to the connection's own queue.

  /// Seconds for which a frame of a file is shown that tells neither a duration nor a frame rate.
  private static let usualDuration = 0.04

  let generation: Int
  private let source: LiveSource
  private let carriesAudio: Bool
  private let interrupter = Interrupter()
  private let awake = MonotonicCondition()
  private let queue: DispatchQueue
  private let deliver: @Sendable (ReaderItem, Double) -> Void
  private let opened: @Sendable (MediaInfo, [PassthroughStream]) -> Void
  private let ended: @Sendable ((any Error)?) -> Void
  private let closed = DispatchGroup()
  private var pacer = SourcePacer()
  private var pictures = 0

  /// - Parameters:
  ///   - opened: Called when the input is open, with the audio that it has.
  ///   - deliver: Called with each frame and each packet of audio, and the time of its arrival.
  ///   - ended: Called once, with what ended the connection, or `nil` at the end of the input.
  init(
    _ source: LiveSource, carriesAudio: Bool, stream: String, generation: Int,
    opened: @escaping @Sendable (MediaInfo, [PassthroughStream]) -> Void,
    deliver: @escaping @Sendable (ReaderItem, Double) -> Void, ended: @escaping @Sendable ((any Error)?) -> Void
  ) {
    self.source = source
    self.carriesAudio = carriesAudio
    self.generation = generation
    self.deliver = deliver
    self.opened = opened
    self.ended = ended
    queue = DispatchQueue(label: "kapao.\(stream).source.\(generation)")
  }

  /// Begins on the connection's own queue.
  func start() {
    queue.async(group: closed) { [self] in
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
    awake.withLock { awake.broadcast() }
  }

  /// Waits until the input is closed; whether it was in time.
  func waitUntilClosed(_ deadline: DispatchTime) -> Bool { closed.wait(timeout: deadline) == .success }

  private func read() throws {
    dispatchPrecondition(condition: .onQueue(queue))
    var options = source.readerOptions
    options.passthrough = carriesAudio
    do {
      try read(options)
    } catch let error as VideoError where [.invalidData, .none].contains(error.code) && source.mayBeMultipart {
      // Where a camera's parts have wrong lengths, or no boundary before the first one, the frames themselves tell
      // where they begin.
      options.format = "mjpeg"
      let before = pictures
      do {
        try read(options)
      } catch let other {
        throw pictures > before ? other : error
      }
    }
  }

  private func read(_ options: ReaderOptions) throws {
    let reader = try VideoReader(source.input, options: options, interrupter: interrupter)
    defer { reader.close() }
    let audio = reader.template.passthrough.filter { $0.kind == .audio }
    opened(reader.info, audio)
    let rate = reader.info.videoStream?.video?.frameRate.flatMap { $0.isPositive ? $0 : nil }
    let usual = rate?.inverse.doubleValue ?? Self.usualDuration
    while let item = try reader.next() {
      switch item {
      case .frame(let frame):
        pictures += 1
        if source.isPaced { frame.arrival = pace(frame, usual: usual) }
        deliver(item, source.isPaced ? frame.arrival ?? reader.packetArrival : reader.packetArrival)
      case .packet(let packet):
        if audio.contains(where: { $0.index == packet.streamIndex }) { deliver(item, reader.packetArrival) }
      }
    }
    if reader.info.container == "mpjpeg", reader.damage.readError != nil {
      throw VideoError(
        operation: "read", input: source.input, code: .invalidData, detail: "no boundary where a part should end")
    }
  }

  /// Waits until a frame is due; the time that it is then.
  ///
  /// - Parameter usual: Seconds for which a frame is shown that does not say so.
  private func pace(_ frame: VideoFrame, usual: Double) -> Double {
    let now = MonotonicTime.seconds
    let duration = frame.duration > 0 ? Double(frame.duration) * frame.timeBase.doubleValue : usual
    let due = pacer.due(frame.time, lasting: duration, at: now)
    if due - now > 0.0005 { awake.withLock { while !interrupter.isCancelled, awake.wait(until: due) {} } }
    return MonotonicTime.seconds
  }
}

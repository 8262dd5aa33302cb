import Export
import Foundation
import Kapao
import Logging
import Render
import VideoIO

/// A stream that stays up: reads its source, finds and draws the poses in the latest picture, and hands it to the
/// outputs. A supervisor connects again whenever the source goes away.
public final class LiveStream: @unchecked Sendable {
  // @unchecked: `state` is only touched under the lock; inference, renderer and tracker belong to one stage each,
  // `isCompleting` to the control queue.

  /// The stream's name.
  public let name: String
  let settings: LiveSettings
  let lock = NSLock()
  var state: LiveStreamState
  let log: Logger
  let receivers: [any LiveReceiver]
  private let skeleton: Skeleton
  private let inference: LiveInference
  private let tracking: LiveTracking
  private let renderer: OverlayRenderer
  private let placeholder: PlaceholderPicture
  private let inbox: BoundedQueue<ArrivedFrame>
  private let drawing = BoundedQueue<LiveWork>(capacity: 1, policy: .block)
  private let control: DispatchQueue
  private let stages = DispatchGroup()
  private let finishing = DispatchGroup()
  private let whenEnded: DispatchSemaphore
  private var timer: (any DispatchSourceTimer)?
  private var isCompleting = false

  /// A stream that is not yet started.
  ///
  /// - Parameter receivers: Where the annotated pictures go.
  public init(_ settings: LiveSettings, networks: NetworkProvider, receivers: [any LiveReceiver], log: Logger) {
    name = settings.name
    self.settings = settings
    self.receivers = receivers
    self.log = log
    skeleton = networks.skeleton
    let tracking = settings.tracking
    inference = LiveInference(networks: networks, thresholds: tracking.thresholds(settings.thresholds))
    self.tracking = LiveTracking(tracking, skeleton: networks.skeleton, thresholds: settings.thresholds)
    renderer = OverlayRenderer(style: settings.style, skeleton: networks.skeleton)
    placeholder = PlaceholderPicture(name: settings.name, skeleton: networks.skeleton)
    // While one picture is looked at, those wait that are not to be.
    inbox = BoundedQueue(capacity: tracking.detectEvery.most, policy: .dropOldest)
    state = LiveStreamState(settings, start: MonotonicTime.seconds)
    control = DispatchQueue(label: "kapao.\(settings.name).control")
    whenEnded = DispatchSemaphore(value: 0)
  }

  /// Begins; the first connection is made at once.
  public func start() {
    let infer = DispatchQueue(label: "kapao.\(name).infer", qos: .userInitiated)
    let draw = DispatchQueue(label: "kapao.\(name).draw", qos: .userInitiated)
    infer.async(group: stages) { [self] in
      while let arrived = inbox.receive(), drawing.send(find(arrived)) {}
      drawing.finish()
    }
    draw.async(group: stages) { [self] in
      while let work = drawing.receive() { publish(work) }
    }
    let timer = DispatchSource.makeTimerSource(queue: control)
    timer.schedule(deadline: .now() + 0.1, repeating: 0.1, leeway: .milliseconds(20))
    timer.setEventHandler { [self] in tick() }
    control.async { [self] in perform(lock.withLock { state.supervision.start(at: MonotonicTime.seconds) }) }
    timer.resume()
    self.timer = timer
  }

  /// Waits until the source has ended by itself (a file), or the stream was stopped.
  public func waitUntilEnded() {
    whenEnded.wait()
    whenEnded.signal()
  }

  /// Ends the stream and completes its outputs; those of a source that has ended by itself complete without it.
  ///
  /// - Parameter seconds: How long that may take.
  /// - Returns: Whether everything was completed in that time.
  @discardableResult
  public func stop(within seconds: Double = 4.5) -> Bool {
    let deadline = DispatchTime.now() + seconds
    control.sync {
      timer?.cancel()
      perform(lock.withLock { state.supervision.stop() })
      complete(atEnd: false)
    }
    return finishing.wait(timeout: deadline) == .success
  }

  /// Lets the pictures on their way come through and completes the outputs, on the control queue.
  private func complete(atEnd: Bool) {
    guard !isCompleting else { return }
    isCompleting = true
    whenEnded.signal()
    inbox.finish()
    finishing.enter()
    stages.notify(queue: control) { [self] in
      for receiver in receivers {
        if atEnd { receiver.sourceHasEnded() }
        DispatchQueue(label: "kapao.\(name).finish").async(group: finishing) { receiver.finish() }
      }
      finishing.leave()
    }
  }

  // MARK: - Supervision, on the control queue

  private func tick() {
    let now = MonotonicTime.seconds
    let dropped = dropped
    let (action, needsPlaceholder, reason) = lock.withLock { () -> (Supervision.Action, Bool, String?) in
      state.lastTick = now
      let before = state.supervision.state
      let action = state.supervision.tick(at: now, random: .random(in: 0...1))
      var reason: String?
      if case .cancel = action {
        if case .streaming = before {
          reason = "no picture for \(settings.rules.stall) s"
        } else {
          reason = "no picture within \(settings.rules.connecting) s"
        }
        state.lastError = reason
      }
      return (action, state.needsPlaceholder(at: now, dropped: dropped), reason)
    }
    if let reason { log.warning("\(reason); connecting again") }
    perform(action)
    if needsPlaceholder, drawing.isEmpty { _ = drawing.send(.placeholder) }
  }

  private func perform(_ action: Supervision.Action) {
    switch action {
    case .none: break
    case .open(let generation): open(generation)
    case .cancel(let generation):
      let connection = lock.withLock { state.connection }
      if connection?.generation == generation { connection?.cancel() }
    case .finish:
      log.notice("the source has ended\(failure.map { Redaction.redact(": \($0)") } ?? "")")
      complete(atEnd: true)
    }
  }

  private func open(_ generation: Int) {
    let connection = LiveConnection(
      settings.source, carriesSound: settings.carriesSound, stream: name, generation: generation
    ) { [self] info, sound in
      log.debug("opened \(settings.source.description): \(info.container)")
      lock.withLock { state.opened(sound, generation: generation) }
    } deliver: { [self] item, arrival in
      switch item {
      case .frame(let frame): accept(frame, arrival: arrival, generation: generation)
      case .packet(let packet): lock.withLock { state.accept(packet, arrival: arrival, generation: generation) }
      }
    } ended: { [self] error in
      control.async { [self] in ended(generation, error) }
    }
    lock.withLock { state.connection = connection }
    connection.start()
  }

  private func ended(_ generation: Int, _ error: (any Error)?) {
    let (action, text, isNews) = lock.withLock {
      let wasStreaming = state.supervision.isStreaming
      let action = state.supervision.ended(
        generation: generation, isEndOfInput: error == nil, at: MonotonicTime.seconds, random: .random(in: 0...1))
      if state.connection?.generation == generation { state.connection = nil }
      let isCancelled = (error as? VideoError)?.kind == .cancelled
      let text = error.map { Redaction.redact("\($0)") } ?? "the source ended"
      let isNews =
        !isCancelled && state.supervision.isRetrying(after: generation) && (wasStreaming || state.lastError != text)
      if !isCancelled { state.lastError = settings.rules.endsWithInput && error == nil ? nil : text }
      state.failure = isCancelled ? nil : error
      return (action, text, isNews)
    }
    if isNews { log.warning("\(text); connecting again") }
    perform(action)
  }

  // MARK: - The way of a picture

  /// Takes a decoded picture, on the connection's queue.
  private func accept(_ frame: VideoFrame, arrival: Double, generation: Int) {
    let (arrived, isFirst) = lock.withLock { () -> (ArrivedFrame?, Bool) in
      let wasStreaming = state.supervision.isStreaming
      guard let place = state.accept(frame, arrival: arrival, generation: generation) else { return (nil, false) }
      return (ArrivedFrame(frame: frame, arrival: arrival, time: place), !wasStreaming)
    }
    if isFirst { log.notice("streaming \(frame.size.width)x\(frame.size.height)") }
    if let arrived, !inbox.send(arrived) { lock.withLock { state.refuse() } }
  }

  /// Finds the poses, on the stage `infer`.
  private func find(_ arrived: ArrivedFrame) -> LiveWork {
    let start = MonotonicTime.seconds
    let time = Double(arrived.time) / 1e6
    guard lock.withLock({ state.pace.isDue(at: time) }) else { return .skipped(arrived) }
    do {
      let poses = try inference.poses(arrived.frame)
      let now = MonotonicTime.seconds
      lock.withLock {
        let rate = min(state.sourceRate.value(at: now), settings.maximumRate ?? .infinity)
        state.pace.detected(at: time, seconds: now - start, rate: rate, clock: now)
      }
      return .picture(arrived, poses, seconds: now - start)
    } catch {
      return .failed(arrived, "\(error)")
    }
  }

  /// Draws and hands over, on the stage `draw`.
  private func publish(_ work: LiveWork) {
    switch work {
    case .picture(let arrived, let poses, let seconds): attempt { try publish(arrived, poses, seconds: seconds) }
    case .skipped(let arrived): attempt { try publish(arrived, nil, seconds: nil) }
    case .failed(_, let text): report(text)
    case .placeholder:
      let (size, pts, index) = lock.withLock { state.placeholder(at: MonotonicTime.seconds) }
      let date = Date()
      guard let frame = try? placeholder.frame(size: size, pts: pts, index: index, date: date) else { return }
      hand(frame, record: nil, date: date)
    }
  }

  private func attempt(_ work: () throws -> Void) {
    do {
      try work()
    } catch {
      report("\(error)")
    }
  }

  private func publish(_ arrived: ArrivedFrame, _ poses: [Pose]?, seconds: Double?) throws {
    let (pts, index, rate) = lock.withLock { state.begin(arrived, at: MonotonicTime.seconds) }
    let frame = try arrived.frame.retimed(pts: pts, timeBase: LiveFrame.timeBase, index: index)
    let people = tracking.update(poses, at: frame.time, size: frame.size)
    try renderer.draw(
      people.map { OverlayPerson($0) }, text: OverlayText(frameRate: rate, time: frame.time), onto: frame)
    let record = FrameRecord(index: index, pts: pts, time: frame.time, people: people.map { PersonRecord($0) })
    hand(frame, record: record, date: Date())
    let now = MonotonicTime.seconds
    lock.withLock { state.complete(people: people.count, latency: now - arrived.arrival, inference: seconds, at: now) }
  }

  /// Hands a picture to the outputs, with the sound that has come since the one before.
  private func hand(_ frame: VideoFrame, record: FrameRecord?, date: Date) {
    let sound = lock.withLock { state.takeSound() }
    for receiver in receivers { receiver.offer(LiveFrame(frame: frame, record: record, sound: sound, date: date)) }
  }

  private func report(_ text: String) {
    if lock.withLock({ state.fail(text) }) { log.error("\(text)") }
  }

  /// Pictures that gave way to later ones.
  var dropped: Int { inbox.dropped }
}

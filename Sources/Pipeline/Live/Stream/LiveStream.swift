import Export
import Foundation
import Inference
import Kapao
import Logging
import Render
import Support
import Tracking
import VideoIO

/// A stream that stays up: the graph of a file, with a source that is connected again whenever it goes away, and in which
/// the newest frame wins: source ─▶ detect ─▶ track [─▶ refine] [─▶ smooth] ─▶ draw ─▶ outputs.
public final class LiveStream: @unchecked Sendable {
  // @unchecked: `state` is only touched under the lock; tracking, renderers and overlay belong to the stages, `isCompleting` to the
  // control queue.

  /// The supervisor looks ten times a second; after more than this many seconds the process was stopped in between.
  private static let longestTick = 1.0
  /// Seconds for which a stage may work on one frame before the stream counts as hanging. Compiling a large network takes
  /// some.
  private static let longestWork = 30.0

  /// The stream's name.
  public let name: String
  let settings: LiveSettings
  let lock = NSLock()
  var state: LiveStreamState
  let log: Logger
  let receivers: [any LiveReceiver]
  private let detector: PoseDetector
  private let worker: DetectionWorker
  private let tracking: LiveTracking
  private let renderer: OverlayRenderer
  private let overlay: LiveOverlay?
  private let placeholder: PlaceholderPicture
  private let graph: StageGraph
  private let inlet: StageInlet<StreamFrame>
  private let frames: StageLink<StreamFrame>
  /// One frame at a time from the detection to the drawing: what comes meanwhile waits in front, where the newest wins.
  private let flow = StageGate(limit: 1)
  private let control: DispatchQueue
  private let finishing = DispatchGroup()
  private let whenEnded: DispatchSemaphore
  private var timer: (any DispatchSourceTimer)?
  private var isCompleting = false

  /// A stream that is not yet started.
  ///
  /// - Parameter receivers: Where the annotated frames go.
  public init(_ settings: LiveSettings, detector: PoseDetector, receivers: [any LiveReceiver], log: Logger) {
    name = settings.name
    self.settings = settings
    self.receivers = receivers
    self.log = log
    self.detector = detector
    worker = DetectionWorker(detector, thresholds: settings.tracking.thresholds(settings.thresholds))
    tracking = LiveTracking(settings, detector: detector)
    renderer = OverlayRenderer(style: settings.style, skeleton: detector.skeleton)
    overlay = LiveOverlay(settings, skeleton: detector.skeleton)
    placeholder = PlaceholderPicture(name: settings.name, skeleton: detector.skeleton)
    graph = StageGraph(stream: settings.name)
    (inlet, frames) = graph.entry("source")
    state = LiveStreamState(settings, start: MonotonicTime.seconds)
    control = DispatchQueue(label: "kapao.\(settings.name).control")
    whenEnded = DispatchSemaphore(value: 0)
  }

  /// Begins; the first connection is made at once.
  public func start() {
    build()
    graph.startConnected()
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
    let connection = control.sync {
      timer?.cancel()
      let connection = lock.withLock { state.connection }
      perform(lock.withLock { state.supervision.stop() })
      complete(atEnd: false)
      return connection
    }
    let isComplete = finishing.wait(timeout: deadline) == .success
    // A camera can be opened by one only: whoever follows finds it closed.
    _ = connection?.waitUntilClosed(deadline)
    return isComplete
  }

  /// Lets the frames on their way come through and completes the outputs, on the control queue.
  private func complete(atEnd: Bool) {
    guard !isCompleting else { return }
    isCompleting = true
    whenEnded.signal()
    inlet.finish()
    finishing.enter()
    graph.whenEnded(on: control) { [self] in
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
      let pause = now - state.lastTick
      if pause > Self.longestTick { state.supervision.resumed(after: pause, at: now) }
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
    if needsPlaceholder, inlet.isEmpty { _ = inlet.send(.outage) }
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
      settings.source, carriesAudio: settings.carriesAudio, stream: name, generation: generation
    ) { [self] info, audio in
      log.debug("opened \(settings.source.description): \(info.container)")
      if lock.withLock({ state.opened(generation: generation) }) { _ = inlet.send(.streams(audio)) }
    } deliver: { [self] item, arrival in
      switch item {
      case .frame(let frame): accept(frame, arrival: arrival, generation: generation)
      case .packet(let packet):
        let isPlaced = lock.withLock { state.accept(packet, arrival: arrival, generation: generation) }
        if isPlaced { _ = inlet.send(.packet(packet)) }
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
      state.failure = isCancelled ? state.workFailure : error
      state.workFailure = nil
      return (action, text, isNews)
    }
    if isNews { log.warning("\(text); connecting again") }
    perform(action)
  }

  // MARK: - The way of a frame

  /// Takes a decoded frame, on the connection's queue.
  private func accept(_ frame: VideoFrame, arrival: Double, generation: Int) {
    let (place, isFirst) = lock.withLock {
      let wasStreaming = state.supervision.isStreaming
      let place = state.accept(frame, arrival: arrival, generation: generation)
      return (place, place != nil && !wasStreaming)
    }
    if isFirst { log.notice("streaming \(frame.size.width)x\(frame.size.height)") }
    guard let place else { return }
    let taken = inlet.send(
      .frame(StreamFrame(frame: frame, time: Double(place) / 1e6, arrival: frame.arrival ?? arrival)))
    if !taken { lock.withLock { state.refuse() } }
  }

  private func build() {
    var stages = PoseStages(detect: [{ [self] in detect($0, $1) }]) { [self] detected in
      defer { if !tracking.isRefining { flow.leave() } }
      return [tracking.update(detected)]
    }
    // While people are detected in one frame, those wait in which they will not be.
    (stages.policy, stages.capacity) = (.dropOldest, settings.tracking.detectEvery.most)
    stages.flow = flow
    stages.thread = detector.liveThread()
    if tracking.isRefining { stages.refine = [{ [self] tracked, _ in refine(tracked) }] }
    stages.smoothing = tracking.smoothing
    graph.sink("draw", graph.people(in: frames, stages)) { [self] in draw($0) }
  }

  private func detect(_ frame: StreamFrame, _ clock: StageClock) -> DetectedFrame? {
    tracking.begin(frame)
    guard lock.withLock({ state.pace.isDue(at: frame.time) }) else { return DetectedFrame(frame: frame, poses: nil) }
    return attempt {
      let start = MonotonicTime.seconds
      let poses = try worker.poses(in: frame.frame, clock: clock)
      let now = MonotonicTime.seconds
      var frame = frame
      frame.detectionSeconds = now - start
      lock.withLock {
        let rate = min(state.sourceRate.value(at: now), settings.maximumRate ?? .infinity)
        state.pace.detected(at: frame.time, seconds: now - start, rate: rate, clock: now)
      }
      return DetectedFrame(frame: frame, poses: poses)
    }
  }

  private func refine(_ tracked: Tracked<StreamFrame>) -> Tracked<StreamFrame>? {
    attempt {
      var tracked = tracked
      if try tracking.refine(&tracked) { lock.withLock { state.pace.hurry() } }
      flow.leave()
      return tracked
    }
  }

  /// Drops a frame whose poses cannot be found, and goes on with the next.
  private func attempt<Result>(_ work: () throws -> Result) -> Result? {
    do {
      return try work()
    } catch {
      flow.leave()
      report("\(error)")
      if let error = error as? InferenceError, error.isOfDevice { control.async { [self] in reconnect(after: error) } }
      return nil
    }
  }

  /// Begins anew after a device failed: the next attempt finds it again, or waits longer. On the control queue.
  private func reconnect(after error: InferenceError) {
    perform(
      lock.withLock {
        state.workFailure = error
        return state.supervision.failed(at: MonotonicTime.seconds)
      })
  }

  /// Draws, and hands over to the outputs.
  private func draw(_ element: StreamElement<Tracked<StreamFrame>>) {
    switch element {
    case .frame(let tracked):
      do {
        try publish(tracked)
      } catch {
        report("\(error)")
      }
    case .outage:
      let (size, isFullRange, pts, index) = lock.withLock { state.placeholder(at: MonotonicTime.seconds) }
      let date = Date()
      let frame = try? placeholder.frame(size: size, isFullRange: isFullRange, pts: pts, index: index, date: date)
      if let frame { hand(.frame(LiveFrame(frame: frame, record: nil, date: date))) }
    case .packet(let packet): hand(.packet(packet))
    case .streams(let streams): hand(.streams(streams))
    }
  }

  private func publish(_ tracked: Tracked<StreamFrame>) throws {
    let people = tracking.shown(tracked)
    let (pts, index, rate) = lock.withLock { state.begin(time: tracked.time, at: MonotonicTime.seconds) }
    let frame = try tracked.frame.frame.retimed(pts: pts, timeBase: LiveFrame.timeBase, index: index)
    let measured = try overlay?.prepare(people, in: frame, time: frame.time) ?? .init()
    tell(of: overlay?.problem)
    try renderer.draw(
      people, text: OverlayText(frameRate: rate, time: frame.time), shapes: measured.shapes, onto: frame)
    let record = FrameRecord(
      index: index, pts: pts, time: frame.time,
      people: people.map { person in
        var record = PersonRecord(person)
        record.position = person.trackID.flatMap { measured.players[$0] }
        return record
      })
    let players = measured.players.sorted { $0.key < $1.key }.map {
      LiveStatus.Player(
        trackID: $0.key, position: PoseMessage.Position($0.value), trail: overlay?.trail(of: $0.key) ?? [])
    }
    hand(.frame(LiveFrame(frame: frame, record: record, date: Date())))
    let now = MonotonicTime.seconds
    lock.withLock {
      state.complete(
        people: people.count, players: players, latency: now - tracked.frame.arrival,
        inference: tracked.frame.detectionSeconds, at: now)
    }
  }

  /// Says once why nobody can be found on the court.
  private func tell(of problem: String?) {
    let isNews = lock.withLock {
      defer { state.courtProblem = problem }
      return problem != nil && state.courtProblem != problem
    }
    if isNews, let problem { log.error("no positions: \(problem)") }
  }

  private func hand(_ element: StreamElement<LiveFrame>) { for receiver in receivers { receiver.offer(element) } }

  private func report(_ text: String) {
    if lock.withLock({ state.fail(text) }) { log.error("\(text)") }
  }

  // MARK: - How it is doing

  /// Frames that were dropped for later ones.
  var dropped: Int { inlet.dropped }

  /// What the stages have done so far.
  package var stages: [StageMetrics] { graph.metrics }

  /// Whether the supervisor looks after the stream, and no stage has been at work on one frame for too long.
  public var isHealthy: Bool { isHealthy(longestWork: Self.longestWork) }

  package func isHealthy(longestWork: Double) -> Bool {
    lock.withLock { MonotonicTime.seconds - state.lastTick < 10 }
      && stages.allSatisfy { $0.workingFor ?? 0 <= longestWork }
  }
}

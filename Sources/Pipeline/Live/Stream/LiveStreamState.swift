import Foundation
import Kapao
import Support
import Tracking
import VideoIO

/// What changes while a stream runs, as a value that its owner keeps under a lock.
struct LiveStreamState {
  /// Audio further than this from its arrival, in microseconds, has stamps that mean nothing.
  private static let audioTolerance: Int64 = 10_000_000
  /// Seconds from one placeholder to the next.
  private static let placeholderInterval = 0.5

  var supervision: Supervision
  var connection: LiveConnection?
  var lastError: String?
  /// When the supervisor looked last.
  var lastTick: Double
  /// What ended the last connection, where it was an error.
  var failure: (any Error)?
  /// Why a connection is being closed, where nothing could be made of its pictures.
  var workFailure: (any Error)?
  private(set) var counters = LiveCounters()
  private(set) var size: ImageSize?
  private var isFullRange = false
  private(set) var people = 0
  /// Who is on the court.
  private(set) var players: [LiveStatus.Player] = []
  /// Why nobody can be found on the court.
  var courtProblem: String?
  private(set) var lastPicture: Double?
  private(set) var latency = RecentValues()
  private(set) var inference = RecentValues()
  var sourceRate = LiveRate()
  var processedRate = LiveRate()
  var pace: LivePace
  private(set) var timeline = LiveTimeline()
  private var presence: SourcePresence
  /// Whether a frame has come since the source was opened, so that the place of audio is known.
  private var isPlaced = false
  private var gate: FrameGate
  /// When the stream was made.
  let date = Date()
  private let start: Double
  private let isPaced: Bool
  /// Whether the poses of the last frame could not be found or drawn.
  private var isFailing = false
  private var lastPlaceholder = -Double.infinity
  private var lastTicks: Int64 = -1
  private var nextIndex = 0

  init(_ settings: LiveSettings, start: Double) {
    supervision = Supervision(rules: settings.rules)
    gate = FrameGate(maximumRate: settings.maximumRate)
    pace = LivePace(
      settings.tracking.detectEvery, longest: TrackedPose.longestExtrapolation,
      isRefined: settings.refinement != .off)
    presence = SourcePresence(start: start)
    self.start = start
    isPaced = settings.source.isPaced
    lastTick = start
  }

  /// Counts a decoded frame; its place on the line of time, or `nil` if it is not to be used.
  mutating func accept(_ frame: VideoFrame, arrival: Double, generation: Int) -> Int64? {
    counters.read += 1
    let now = MonotonicTime.seconds
    let isFirst = !supervision.isStreaming
    guard supervision.picture(generation: generation, at: now) else {
      counters.stale += 1
      return nil
    }
    presence.arrived(at: now, isFirst: isFirst)
    sourceRate.add(now)
    size = frame.size
    isFullRange = frame.isFullRange
    if !isFailing { lastError = nil }
    // Live frames without stamps are of the moment of their arrival; those of files have a frame rate.
    let stamp = (frame.sourcePTS ?? (isPaced ? frame.pts : nil))?.microseconds(frame.timeBase)
    let place = microseconds(arrival)
    let time = timeline.place(generation: generation, source: stamp ?? place, arrival: place)
    isPlaced = true
    guard gate.admit(Double(time) / 1e6) else {
      counters.skipped += 1
      return nil
    }
    return time
  }

  /// The source is open (again); whether it is the present connection's.
  mutating func opened(generation: Int) -> Bool {
    guard connection?.generation == generation else { return false }
    isPlaced = false
    return true
  }

  /// Moves a packet of audio to its place on the time line; whether it has one. What comes before the source's first frame
  /// has none.
  mutating func accept(_ packet: MediaPacket, arrival: Double, generation: Int) -> Bool {
    guard isPlaced, let time = packet.microseconds, let shift = timeline.shift(generation: generation),
      (time &+ shift &- microseconds(arrival)).magnitude < Self.audioTolerance
    else { return false }
    packet.move(byMicroseconds: shift)
    return true
  }

  /// The stamp and number of a frame that is drawn now, and the rate of processing.
  mutating func begin(time: Double, at now: Double) -> (pts: Int64, index: Int, rate: Double) {
    (ticks(Int64((time * 1e6).rounded())), index(), processedRate.value(at: now))
  }

  /// Counts a frame that went out; `spent` is `nil` where there was no detection.
  mutating func complete(
    people count: Int, players: [LiveStatus.Player], latency seconds: Double, inference spent: Double?, at now: Double
  ) {
    if isFailing { (lastError, isFailing) = (nil, false) }
    counters.processed += 1
    if spent == nil { counters.predicted += 1 } else { counters.detected += 1 }
    counters.people += count
    people = count
    self.players = players
    lastPicture = now
    latency.add(seconds)
    if let spent { inference.add(spent) }
    processedRate.add(now)
  }

  /// Counts a frame whose poses could not be found or drawn; whether that is news.
  mutating func fail(_ text: String) -> Bool {
    counters.failed += 1
    defer { (lastError, isFailing) = (text, true) }
    return !isFailing || lastError != text
  }

  /// Counts a frame that came when the stream had ended.
  mutating func refuse() { counters.stale += 1 }

  /// Whether the placeholder is due: the source is away, or nothing can be made of its frames.
  ///
  /// - Parameter dropped: Frames that gave way to later ones so far.
  mutating func needsPlaceholder(at now: Double, dropped: Int) -> Bool {
    // Frames that are still on their way are older than the placeholder, and go out before it.
    let isAway =
      presence.isAway(at: now, isStreaming: supervision.isStreaming) && counters.onTheirWay <= dropped
    let isUseless = isFailing && now - (lastPicture ?? start) > SourcePresence.patience
    guard supervision.state != .ended, isAway || isUseless else { return false }
    guard now - lastPlaceholder >= Self.placeholderInterval else { return false }
    lastPlaceholder = now
    (people, players) = (0, [])
    return true
  }

  /// The placeholder's size and range of values, those of the last frame, its stamp and number.
  mutating func placeholder(at now: Double) -> (size: ImageSize?, isFullRange: Bool, pts: Int64, index: Int) {
    (size, isFullRange, ticks(microseconds(now)), index())
  }

  private func microseconds(_ now: Double) -> Int64 { Int64((now - start) * 1e6) }

  /// Microseconds as ticks of live frames, later than the one before.
  private mutating func ticks(_ time: Int64) -> Int64 {
    lastTicks = max(time.rescaled(from: Rational(1, 1_000_000), to: LiveFrame.timeBase), lastTicks + 1)
    return lastTicks
  }

  private mutating func index() -> Int {
    defer { nextIndex += 1 }
    return nextIndex
  }
}

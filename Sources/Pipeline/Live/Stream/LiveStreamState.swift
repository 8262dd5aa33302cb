import Foundation
import Kapao
import Tracking
import VideoIO

/// What changes while a stream runs, as a value that its owner keeps under a lock.
struct LiveStreamState {
  /// Sound further than this from its arrival, in microseconds, has stamps that mean nothing.
  private static let soundTolerance: Int64 = 10_000_000
  /// Seconds from one placeholder to the next.
  private static let placeholderInterval = 0.5

  var supervision: Supervision
  var connection: LiveConnection?
  var lastError: String?
  /// When the supervisor looked last.
  var lastTick: Double
  /// What ended the last connection, where it was an error.
  var failure: (any Error)?
  private(set) var counters = LiveCounters()
  private(set) var size: ImageSize?
  private(set) var people = 0
  private(set) var lastPicture: Double?
  private(set) var latency = RecentValues()
  private(set) var inference = RecentValues()
  var sourceRate = LiveRate()
  var processedRate = LiveRate()
  var pace: LivePace
  private(set) var timeline = LiveTimeline()
  private var presence: SourcePresence
  private var sound = LiveSound()
  /// Whether a picture has come since the source was opened, so that the place of sound is known.
  private var isPlaced = false
  private var gate: FrameGate
  /// When the stream was made.
  let date = Date()
  private let start: Double
  /// Whether the poses of the last picture could not be found or drawn.
  private var isFailing = false
  private var lastPlaceholder = -Double.infinity
  private var lastTicks: Int64 = -1
  private var nextIndex = 0

  init(_ settings: LiveSettings, start: Double) {
    supervision = Supervision(rules: settings.rules)
    gate = FrameGate(maximumRate: settings.maximumRate)
    pace = LivePace(settings.tracking.detectEvery, longest: TrackedPose.longestExtrapolation)
    presence = SourcePresence(start: start)
    self.start = start
    lastTick = start
  }

  /// Counts a decoded picture; its place on the line of time, or `nil` if it is not to be used.
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
    if !isFailing { lastError = nil }
    let source = (frame.sourcePTS ?? frame.pts).microseconds(frame.timeBase)
    let time = timeline.place(generation: generation, source: source, arrival: microseconds(arrival))
    isPlaced = true
    guard gate.admit(Double(time) / 1e6) else {
      counters.skipped += 1
      return nil
    }
    return time
  }

  /// Takes over what sound the source has, now that it is open (again).
  mutating func opened(_ streams: [PassthroughStream], generation: Int) {
    guard connection?.generation == generation else { return }
    sound = LiveSound(streams: streams)
    isPlaced = false
  }

  /// Keeps sound for the next picture that goes out. What comes before the source's first picture is left out.
  mutating func accept(_ packet: MediaPacket, arrival: Double, generation: Int) {
    guard isPlaced, let time = packet.microseconds, let shift = timeline.shift(generation: generation),
      (time &+ shift &- microseconds(arrival)).magnitude < Self.soundTolerance
    else { return }
    packet.move(byMicroseconds: shift)
    sound.packets.append(packet)
  }

  /// The sound for the picture that goes out now.
  mutating func takeSound() -> LiveSound {
    defer { sound.packets = [] }
    return sound
  }

  /// The stamp and number of a picture that is drawn now, and the rate of processing.
  mutating func begin(_ arrived: ArrivedFrame, at now: Double) -> (pts: Int64, index: Int, rate: Double) {
    (ticks(arrived.time), index(), processedRate.value(at: now))
  }

  /// Counts a picture that went out; `spent` is `nil` where nobody looked for people.
  mutating func complete(people count: Int, latency seconds: Double, inference spent: Double?, at now: Double) {
    if isFailing { (lastError, isFailing) = (nil, false) }
    counters.processed += 1
    if spent == nil { counters.predicted += 1 } else { counters.detected += 1 }
    counters.people += count
    people = count
    lastPicture = now
    latency.add(seconds)
    if let spent { inference.add(spent) }
    processedRate.add(now)
  }

  /// Counts a picture whose poses could not be found or drawn; whether that is news.
  mutating func fail(_ text: String) -> Bool {
    counters.failed += 1
    defer { (lastError, isFailing) = (text, true) }
    return !isFailing || lastError != text
  }

  /// Counts a picture that came when the stream had ended.
  mutating func refuse() { counters.stale += 1 }

  /// Whether the picture that says that there is none is due: the source is away, or nothing can be made of its pictures.
  ///
  /// - Parameter dropped: Pictures that gave way to later ones so far.
  mutating func needsPlaceholder(at now: Double, dropped: Int) -> Bool {
    // Pictures that are still on their way are older than the placeholder, and go out before it.
    let isAway =
      presence.isAway(at: now, isStreaming: supervision.isStreaming) && counters.onTheirWay <= dropped
    let isUseless = isFailing && now - (lastPicture ?? start) > SourcePresence.patience
    guard supervision.state != .ended, isAway || isUseless else { return false }
    guard now - lastPlaceholder >= Self.placeholderInterval else { return false }
    lastPlaceholder = now
    people = 0
    return true
  }

  /// The placeholder's size, stamp and number.
  mutating func placeholder(at now: Double) -> (size: ImageSize?, pts: Int64, index: Int) {
    (size, ticks(microseconds(now)), index())
  }

  private func microseconds(_ now: Double) -> Int64 { Int64((now - start) * 1e6) }

  /// Microseconds as ticks of live pictures, later than the one before.
  private mutating func ticks(_ time: Int64) -> Int64 {
    lastTicks = max(time.rescaled(from: Rational(1, 1_000_000), to: LiveFrame.timeBase), lastTicks + 1)
    return lastTicks
  }

  private mutating func index() -> Int {
    defer { nextIndex += 1 }
    return nextIndex
  }
}

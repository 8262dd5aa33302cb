import CFFmpeg

extension VideoReader {
  /// Microseconds before the start to which the reader seeks: the first that lands on a frame at or before the start
  /// is taken (containers seek by decoding time, or roughly); nil is the beginning.
  private static let margins: [Int64?] = [1_500_000, 10_000_000, 60_000_000, 600_000_000, nil]

  /// Microseconds after the end within which packets of copied streams may still belong before it.
  private static let interleaving: Int64 = 2_000_000

  /// Moves near the start, where there is one and the input can seek.
  func beginSeeking() {
    guard let start = window.start, start - window.origin > 3_000_000 else { return }
    if demuxer.mayJump, demuxer.isLocal {
      isScanning = true
      if demuxer.isSeekable { seekMargins = [nil] }
    } else if demuxer.isSeekable {
      seekMargins = Self.margins
      _ = retrySeek()
    }
  }

  /// Moves to the next margin before the start; false if there is none left.
  func retrySeek() -> Bool {
    guard isAwaitingStart, let start = window.start, !seekMargins.isEmpty else { return false }
    let margin = seekMargins.removeFirst()
    let isMoved = margin.map { demuxer.seek(stream, to: start - $0) } ?? demuxer.seekToBeginning(stream, window.origin)
    guard isMoved else { return retrySeek() }
    awaitsKeyFrame = margin != nil
    isScanning = false
    dropBacklog()
    decoder.flush()
    timestamps.reset()
    stitcher = TimelineStitcher(mayJump: demuxer.mayJump && !options.lowDelay)
    videoShift = 0
    references = ReferenceTracker(stream.pointee.codecpar.pointee.codec_id)
    pending = []
    av_packet_unref(packet)
    holdsPacket = false
    inputEnded = false
    return true
  }

  /// Looks at the decoding time of a video packet: copied streams end a little after the window does.
  func noteProgress() {
    guard let end = window.end, packet.pointee.dts != cffmpeg_no_pts(), videoEnded else { return }
    if packet.pointee.dts.microseconds(timeBase) > end &+ Self.interleaving { inputEnded = true }
  }

  /// Shifts the times of the packet just read, where the input's time has jumped.
  func stitchTime() {
    // Live streams have a timeline of their own, for gaps too.
    guard demuxer.mayJump || !options.lowDelay else { return }
    let index = packet.pointee.stream_index
    let unit = Rational(demuxer.streams[Int(index)].pointee.time_base)
    func microseconds(_ time: Int64) -> Int64? { time == cffmpeg_no_pts() ? nil : time.microseconds(unit) }
    let jumps = stitcher.jumps.count
    let shift = stitcher.shift(
      stream: index, dts: microseconds(packet.pointee.dts), pts: microseconds(packet.pointee.pts),
      duration: packet.pointee.duration.microseconds(unit), leads: leading.contains(index))
    if index == stream.pointee.index, shift != videoShift {
      videoShift = shift
      if stitcher.jumps.count < jumps { references.goOn() } else { references.begin() }
    }
    if stitcher.jumps.count != jumps {
      report.withLock { $0.timeJumps = stitcher.jumps.map(DamageReport.TimeJump.init) }
    }
    guard shift != 0 else { return }
    let ticks = shift.rescaled(from: .microsecond, to: unit)
    if packet.pointee.pts != cffmpeg_no_pts() { packet.pointee.pts &+= ticks }
    if packet.pointee.dts != cffmpeg_no_pts() { packet.pointee.dts &+= ticks }
  }

  /// Delivers the packet just read, if it lies in the window.
  func deliverPacket() throws {
    let index = packet.pointee.stream_index
    guard let copied = template.passthrough.first(where: { $0.index == Int(index) }) else { return }
    let item = try MediaPacket(moving: packet, timeBase: copied.timeBase)
    guard let time = item.microseconds else { return }
    if window.isAfterEnd(time) {
      if copied.kind == .audio { finishedStreams.insert(index) }
      let audio = template.passthrough.filter { $0.kind == .audio }
      if videoEnded, !audio.isEmpty, audio.allSatisfy({ finishedStreams.contains(Int32($0.index)) }) {
        inputEnded = true
      }
      return
    }
    // A subtitle that is still shown at the start belongs to the window.
    let end = copied.kind == .subtitle ? item.endMicroseconds ?? time : time
    if !window.isBeforeStart(end) { pending.append(.packet(item)) }
  }
}

/// Knows which frames were decoded from packets that refer to something that never was decoded: those before the first key
/// frame of an input, or of what follows a jump of time.
struct ReferenceTracker {
  /// Decoders that begin anywhere, with grey for what is missing; all others begin with a key frame.
  private static let beginAnywhere: [AVCodecID] = [
    AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4, AV_CODEC_ID_H263, AV_CODEC_ID_H263P, AV_CODEC_ID_FLV1, AV_CODEC_ID_MSMPEG4V1,
    AV_CODEC_ID_MSMPEG4V2, AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV1, AV_CODEC_ID_WMV2, AV_CODEC_ID_WMV3,
    AV_CODEC_ID_VC1,
  ]

  private var awaitsKeyFrame: Bool
  private var times: Set<Int64> = []

  init(_ codec: AVCodecID) { awaitsKeyFrame = Self.beginAnywhere.contains(codec) }

  /// What follows continues nothing.
  mutating func begin() { awaitsKeyFrame = true }

  /// It does: what seemed to be a jump was a wrong time.
  mutating func goOn() { awaitsKeyFrame = false }

  /// A packet goes to the decoder.
  mutating func send(time: Int64, isKeyFrame: Bool) {
    if isKeyFrame { awaitsKeyFrame = false }
    if awaitsKeyFrame { times.insert(time) }
  }

  /// Whether the frame with this time is without its references.
  mutating func isIncomplete(_ time: Int64) -> Bool { !times.isEmpty && times.remove(time) != nil }
}

extension VideoReader {
  /// Bytes of packets that are kept until it is known where decoding has to begin.
  private static let scanLimit = 256 << 20

  /// The presentation time of the packet just read, or else its decoding time, in microseconds.
  private var packetTime: Int64? {
    let ticks = packet.pointee.pts == cffmpeg_no_pts() ? packet.pointee.dts : packet.pointee.pts
    return ticks == cffmpeg_no_pts() ? nil : ticks.microseconds(timeBase)
  }

  private var isKeyFrame: Bool { packet.pointee.flags & AV_PKT_FLAG_KEY != 0 }

  /// Microseconds before the start within which no decoding begins: a decoder that is fed a few frames only may keep the
  /// last of them, as H.264's does behind a key frame to which earlier frames may refer.
  private static let preroll: Int64 = 1_500_000

  /// Keeps the video packet just read while the start is still to come: from the last key frame well before the start,
  /// where decoding begins. So time is the same as without a start, wherever it jumps.
  ///
  /// - Returns: Whether the packet was taken.
  func scan() throws -> Bool {
    guard isScanning, let start = window.start else { return false }
    let time = packetTime
    if isKeyFrame, let time, time <= start - Self.preroll { dropBacklog() }
    let kept = try MediaPacket(moving: packet, timeBase: timeBase)
    backlog.append(kept)
    backlogSize += kept.size
    let ticks = kept.native.pointee.dts
    let dts = ticks == cffmpeg_no_pts() ? time : ticks.microseconds(timeBase)
    if let dts, dts >= start { isScanning = false }
    if backlogSize > Self.scanLimit { isScanning = false }
    return true
  }

  /// Gives the decoder the next of the packets that were kept; false if there is none.
  func sendBacklog() -> Bool {
    guard !isScanning, backlogNext < backlog.count else { return false }
    let next = backlog[backlogNext]
    if send(next.native) { backlogNext += 1 }
    if backlogNext == backlog.count { dropBacklog() }
    return true
  }

  func dropBacklog() {
    backlog = []
    backlogNext = 0
    backlogSize = 0
  }

  /// Whether the video packet just read has to be left out: the reader has jumped into the middle of the stream, and what
  /// comes before a key frame cannot be decoded. If the first key frame comes too late, reading begins further ahead.
  func isBeforeKeyFrame() -> Bool {
    guard awaitsKeyFrame, let start = window.start else { return false }
    guard let time = packetTime else { return !isKeyFrame }
    if time > start, !seekMargins.isEmpty, retrySeek() { return true }
    if isKeyFrame || time > start { awaitsKeyFrame = false }
    return awaitsKeyFrame
  }
}

/// The part of an input's time that is delivered, in microseconds of the source's clock.
struct TrimWindow {
  /// Where the input's time begins.
  let origin: Int64
  /// First moment; nil for the beginning.
  let start: Int64?
  /// The moment after the last; nil for the end.
  let end: Int64?

  /// `options` count from `origin`.
  init(_ options: ReaderOptions, origin: Int64) {
    func moment(_ seconds: Double) -> Int64 { origin &+ (Int64(exactly: (seconds * 1e6).rounded()) ?? Int64.max / 4) }
    self.origin = origin
    start = options.start.map(moment)
    end = options.end.map(moment)
  }

  func isBeforeStart(_ time: Int64) -> Bool { start.map { time < $0 } ?? false }

  func isAfterEnd(_ time: Int64) -> Bool { end.map { time >= $0 } ?? false }
}

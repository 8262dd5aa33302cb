import CFFmpeg

extension VideoReader {
  /// Microseconds before the start to which the reader seeks: the first that lands on a frame at or before the start
  /// is taken (containers seek by decoding time, or roughly); nil is the beginning.
  private static let margins: [Int64?] = [1_500_000, 10_000_000, nil]

  /// Microseconds after the end within which packets of copied streams may still belong before it.
  private static let interleaving: Int64 = 2_000_000

  /// Moves near the start, where there is one and the input can seek.
  func beginSeeking() {
    guard let start = window.start, demuxer.isSeekable, start - window.origin > 3_000_000 else { return }
    seekMargins = Self.margins
    _ = retrySeek()
  }

  /// Moves to the next margin before the start; false if there is none left.
  func retrySeek() -> Bool {
    guard isAwaitingStart, let start = window.start, !seekMargins.isEmpty else { return false }
    let margin = seekMargins.removeFirst()
    guard demuxer.seek(stream, to: margin.map { start - $0 } ?? window.origin - 10_000_000) else {
      return retrySeek()
    }
    decoder.flush()
    timestamps.reset()
    stitcher.reset()
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

  /// Shifts the times of the packet just read, where the input's time has jumped back.
  func stitchTime() {
    guard demuxer.mayJump else { return }
    let index = packet.pointee.stream_index
    let unit =
      index == stream.pointee.index ? timeBase : template.passthrough.first { $0.index == Int(index) }?.timeBase
    guard let unit else { return }
    let dts = packet.pointee.dts == cffmpeg_no_pts() ? nil : packet.pointee.dts.microseconds(unit)
    let shift = stitcher.shift(stream: index, time: dts, duration: packet.pointee.duration.microseconds(unit))
    guard shift != 0 else { return }
    let ticks = shift.rescaled(from: .microsecond, to: unit)
    if packet.pointee.pts != cffmpeg_no_pts() { packet.pointee.pts &+= ticks }
    if packet.pointee.dts != cffmpeg_no_pts() { packet.pointee.dts &+= ticks }
    report.update { $0.timeJumps = stitcher.jumps }
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

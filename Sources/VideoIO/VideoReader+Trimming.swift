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
    if !window.isBeforeStart(time) { pending.append(.packet(item)) }
  }
}

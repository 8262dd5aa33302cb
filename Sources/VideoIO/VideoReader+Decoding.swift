import CFFmpeg

extension VideoReader {
  /// One step: takes a frame from the decoder, or else reads a packet.
  func step() throws {
    if !videoEnded {
      switch try decoder.receive() {
      case .frame(let frame):
        try accept(frame)
        return
      case .needsPacket: break
      case .failed: fail()
      case .ended:
        if !retrySeek() { endVideo() }
        return
      }
    }
    try feed()
  }

  /// Reads a packet and gives it to the decoder, or delivers it.
  private func feed() throws {
    if holdsPacket {
      sendHeldPacket()
      return
    }
    if inputEnded {
      _ = decoder.send(nil)
      return
    }
    guard try readPacket() else {
      endInput()
      return
    }
    stitchTime()
    if packet.pointee.stream_index == stream.pointee.index {
      noteProgress()
      if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { report.update { $0.packetsDamaged += 1 } }
      if videoEnded { av_packet_unref(packet) } else { sendHeldPacket() }
    } else if passthrough.contains(packet.pointee.stream_index) {
      try deliverPacket()
    } else {
      av_packet_unref(packet)
    }
  }

  /// Reads a packet; false at the end, also where unreadable data are the end of a file.
  private func readPacket() throws -> Bool {
    do {
      let isThere = try demuxer.read(packet)
      packetArrival = MonotonicTime.seconds
      return isThere
    } catch {
      guard error.kind == .unusableInput else { throw error }
      let line = error.description
      report.update { $0.readError = line }
      return false
    }
  }

  private func sendHeldPacket() {
    let error = decoder.send(packet)
    holdsPacket = error == .again
    if holdsPacket { return }
    if error != nil { fail() }
    av_packet_unref(packet)
  }

  private func endInput() {
    inputEnded = true
    if !videoEnded { _ = decoder.send(nil) }
  }

  /// Ends the video; with no streams to copy the input has ended as well.
  func endVideo() {
    videoEnded = true
    isAwaitingStart = false
    if passthrough.isEmpty { inputEnded = true }
    stream.pointee.discard = passthrough.isEmpty ? AVDISCARD_ALL : stream.pointee.discard
  }

  /// Counts a failure, unless it comes from having jumped into the middle of the stream.
  private func fail() {
    if !isAwaitingStart { report.update { $0.packetsFailed += 1 } }
  }

  /// Takes a decoded frame: settles its time, drops it if it is outside the window, makes it upright.
  private func accept(_ frame: UnsafeMutablePointer<AVFrame>) throws {
    let best = frame.pointee.best_effort_timestamp
    let duration = frame.pointee.pkt_duration > 0 ? frame.pointee.pkt_duration : frameTicks
    let pts = timestamps.next(pts: best == cffmpeg_no_pts() ? nil : best, duration: duration)
    let time = pts.microseconds(timeBase)
    frame.pointee.pts = pts
    if frame.pointee.pkt_duration <= 0 { frame.pointee.pkt_duration = 0 }
    report.update { $0.framesDecoded += 1 }

    if isAwaitingStart, seekMargins.count > 0, let start = window.start, time > start, retrySeek() {
      Self.free(frame)
      return
    }
    seekMargins = []
    if window.isBeforeStart(time) || window.isAfterEnd(time) {
      Self.free(frame)
      if window.isAfterEnd(time) { endVideo() }
      return
    }
    isAwaitingStart = false
    let normal = try normaliser.normalise(frame)
    let item = VideoFrame(owning: normal, index: nextIndex, timeBase: timeBase)
    nextIndex += 1
    report.update {
      $0.framesCorrupt += item.isCorrupt ? 1 : 0
      $0.timestampsRepaired = timestamps.repaired
      $0.sizeChanges = normaliser.sizeChanges
      $0.formatChanges = normaliser.formatChanges
    }
    pending.append(.frame(item))
  }

  private static func free(_ frame: UnsafeMutablePointer<AVFrame>) {
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
  }
}

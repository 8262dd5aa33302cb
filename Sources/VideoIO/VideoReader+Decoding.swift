import CFFmpeg
import Support

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
    if sendBacklog() { return }
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
      if try scan() { return }
      if isBeforeKeyFrame() {
        av_packet_unref(packet)
        return
      }
      if packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 { report.withLock { $0.packetsDamaged += 1 } }
      if videoEnded { av_packet_unref(packet) } else { sendHeldPacket() }
    } else if passthrough.contains(packet.pointee.stream_index) {
      try deliverPacket()
    } else {
      av_packet_unref(packet)
    }
  }

  /// Reads a packet; false at the end, also where unreadable data are the end of a file.
  func readPacket() throws -> Bool {
    do {
      let isThere = try demuxer.read(packet)
      packetArrival = MonotonicTime.seconds
      return isThere
    } catch {
      guard error.kind == .unusableInput else { throw error }
      let line = error.description
      guard demuxer.isList else {
        report.withLock { $0.readError = line }
        return false
      }
      report.withLock {
        $0.packetsFailed += 1
        $0.pictureError = $0.pictureError ?? line
      }
      return try readPacket()
    }
  }

  private func sendHeldPacket() {
    holdsPacket = !send(packet)
    if !holdsPacket { av_packet_unref(packet) }
  }

  /// Gives the decoder a packet; false if frames have to be taken first.
  func send(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    let error = decoder.send(packet)
    if error == .again { return false }
    if error != nil { fail() } else { arrivals.add(pts: packet.pointee.pts, at: packetArrival) }
    let time = packet.pointee.pts == cffmpeg_no_pts() ? packet.pointee.dts : packet.pointee.pts
    references.send(time: time, isKeyFrame: packet.pointee.flags & AV_PKT_FLAG_KEY != 0)
    return true
  }

  private func endInput() {
    inputEnded = true
    isScanning = false
  }

  /// Ends the video; with no streams to copy the input has ended as well.
  func endVideo() {
    videoEnded = true
    isAwaitingStart = false
    dropBacklog()
    if passthrough.isEmpty { inputEnded = true }
    stream.pointee.discard = passthrough.isEmpty ? AVDISCARD_ALL : stream.pointee.discard
  }

  /// Counts a failure, unless it comes from having jumped into the middle of the stream.
  private func fail() {
    if !isAwaitingStart { report.withLock { $0.packetsFailed += 1 } }
  }

  /// Takes a decoded frame: settles its time, drops it if it is outside the window, makes it upright.
  private func accept(_ owner: consuming Owned<AVFrame>) throws {
    let frame = owner.native
    let best = frame.pointee.best_effort_timestamp
    let duration = cffmpeg_frame_duration(frame) > 0 ? cffmpeg_frame_duration(frame) : frameTicks
    let arrival = arrivals.take(pts: frame.pointee.pts)
    let pts = timestamps.next(pts: best == cffmpeg_no_pts() ? nil : best, duration: duration)
    let time = pts.microseconds(timeBase)
    frame.pointee.pts = pts
    // Many codecs leave the shape of pixels to the container.
    frame.pointee.sample_aspect_ratio = av_guess_sample_aspect_ratio(demuxer.context, stream, frame)
    if cffmpeg_frame_duration(frame) <= 0 { cffmpeg_frame_set_duration(frame, 0) }
    report.withLock { $0.framesDecoded += 1 }
    let isIncomplete = references.isIncomplete(best)

    if isAwaitingStart, seekMargins.count > 0, let start = window.start, time > start, retrySeek() {
      return
    }
    seekMargins = []
    if window.isBeforeStart(time) || window.isAfterEnd(time) {
      if window.isAfterEnd(time) { endVideo() }
      return
    }
    isAwaitingStart = false
    if isIncomplete { frame.pointee.flags |= AV_FRAME_FLAG_CORRUPT }
    let item = VideoFrame(try normaliser.normalise(owner), index: nextIndex, timeBase: timeBase)
    if demuxer.hasNoTimestamps { item.native.pointee.best_effort_timestamp = cffmpeg_no_pts() }
    item.arrival = arrival ?? packetArrival
    nextIndex += 1
    report.withLock {
      $0.framesCorrupt += item.isCorrupt ? 1 : 0
      $0.timestampsRepaired = timestamps.repaired
      $0.sizeChanges = normaliser.sizeChanges
      $0.formatChanges = normaliser.formatChanges
    }
    pending.append(.frame(item))
  }
}

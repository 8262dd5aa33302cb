import CFFmpeg
import Kapao
import Support

/// When the frames of a video are shown, and at which ones decoding can begin: from its packets, of which none is decoded.
package struct FrameTimes: Sendable, Equatable {
  /// The unit of times, in seconds.
  package let timeBase: Rational
  /// Where the input's time begins, in microseconds; the reader's start and end count from here.
  package let origin: Int64
  /// The presentation times of all frames, in order.
  package let times: [Int64]
  /// Those of key frames, in order.
  package let keyFrames: [Int64]
  /// A number over time, size and kind of all packets, which tells one input from another.
  package let fingerprint: String
}

extension VideoReader {
  /// Reads all packets of a video. Frames that an edit list leaves out are left out here.
  ///
  /// - Throws: ``VideoError``, also for an input whose packets do not say when each frame is shown.
  package static func frameTimes(of input: String, options: ReaderOptions = ReaderOptions()) throws -> FrameTimes {
    var options = options
    options.passthrough = false
    options.start = nil
    options.end = nil
    let reader = try VideoReader(input, options: options)
    defer { reader.close() }
    return try reader.frameTimes()
  }

  private func frameTimes() throws -> FrameTimes {
    var times: [Int64] = []
    var keyFrames: [Int64] = []
    var digest = Fingerprint()
    var hasAll = demuxer.isSeekable && !demuxer.hasNoTimestamps
    while hasAll, try readPacket() {
      stitchTime()
      defer { av_packet_unref(packet) }
      guard packet.pointee.stream_index == stream.pointee.index else { continue }
      let (pts, flags) = (packet.pointee.pts, packet.pointee.flags)
      for number in [pts, Int64(packet.pointee.size), Int64(flags)] { digest.add(number) }
      if flags & AV_PKT_FLAG_DISCARD != 0 { continue }
      hasAll = pts != cffmpeg_no_pts()
      times.append(pts)
      if flags & AV_PKT_FLAG_KEY != 0 { keyFrames.append(pts) }
    }
    times.sort()
    if zip(times, times.dropFirst()).contains(where: ==) { hasAll = false }
    guard hasAll, !times.isEmpty else {
      throw VideoError(
        operation: "split", input: info.input, code: .none,
        detail: "its packets do not say when each frame is shown; ffmpeg -c copy into .mkv or .mp4 may help",
        kind: .unusableInput)
    }
    return FrameTimes(
      timeBase: timeBase, origin: window.origin, times: times, keyFrames: keyFrames.sorted(), fingerprint: digest.text)
  }
}

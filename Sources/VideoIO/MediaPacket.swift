import CFFmpeg

/// A packet of an audio or subtitle stream that is copied from input to output as it is.
public final class MediaPacket: @unchecked Sendable {
  // @unchecked: only changed by whoever is the only one to hold it.

  /// Index of the stream in the input.
  public let streamIndex: Int
  /// The unit of the packet's timestamps, in seconds.
  public let timeBase: Rational

  let native: UnsafeMutablePointer<AVPacket>

  /// Takes the content of `packet`, which is empty afterwards.
  init(moving packet: UnsafeMutablePointer<AVPacket>, timeBase: Rational) throws(VideoError) {
    native = try VideoError.allocated(av_packet_alloc(), "packet")
    av_packet_move_ref(native, packet)
    streamIndex = Int(native.pointee.stream_index)
    self.timeBase = timeBase
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = native
    av_packet_free(&packet)
  }

  /// Number of bytes.
  public var size: Int { Int(native.pointee.size) }

  /// Presentation time in units of ``timeBase``; nil if there is none.
  public var pts: Int64? { native.pointee.pts == cffmpeg_no_pts() ? nil : native.pointee.pts }

  /// Adds to its timestamps. Only for the one who has it from the reader, before it goes to several outputs.
  public func move(byMicroseconds shift: Int64) {
    let ticks = shift.rescaled(from: .microsecond, to: timeBase)
    if native.pointee.pts != cffmpeg_no_pts() { native.pointee.pts &+= ticks }
    if native.pointee.dts != cffmpeg_no_pts() { native.pointee.dts &+= ticks }
  }

  /// Presentation (or else decoding) time in seconds; nil if there is none.
  public var time: Double? { microseconds.map { Double($0) / 1e6 } }

  /// The end of what the packet holds, in microseconds.
  var endMicroseconds: Int64? {
    microseconds.map { $0 &+ native.pointee.duration.microseconds(timeBase) }
  }

  /// Presentation (or else decoding) time in microseconds.
  public var microseconds: Int64? {
    let ticks = native.pointee.pts == cffmpeg_no_pts() ? native.pointee.dts : native.pointee.pts
    return ticks == cffmpeg_no_pts() ? nil : ticks.microseconds(timeBase)
  }
}

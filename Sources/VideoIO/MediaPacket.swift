import CFFmpeg

/// A packet of an audio or subtitle stream that is copied from input to output as it is.
public final class MediaPacket: @unchecked Sendable {
  // @unchecked: only changed by whoever is the only one to hold it.

  /// Index of the stream in the input.
  package let streamIndex: Int
  /// The unit of the packet's timestamps, in seconds.
  package let timeBase: Rational

  private let owner: Owned<AVPacket>
  var native: UnsafeMutablePointer<AVPacket> { owner.native }

  /// Takes the content of `packet`, which is empty afterwards.
  init(moving packet: UnsafeMutablePointer<AVPacket>, timeBase: Rational) throws(VideoError) {
    owner = try Owned(av_packet_alloc(), "packet")
    av_packet_move_ref(owner.native, packet)
    streamIndex = Int(owner.native.pointee.stream_index)
    self.timeBase = timeBase
  }

  /// Number of bytes.
  package var size: Int { Int(native.pointee.size) }

  /// Presentation time in units of ``timeBase``; nil if there is none.
  package var pts: Int64? { native.pointee.pts == cffmpeg_no_pts() ? nil : native.pointee.pts }

  /// Adds to its timestamps. Only for the one who has it from the reader, before it goes to several outputs.
  package func move(byMicroseconds shift: Int64) {
    let ticks = shift.rescaled(from: .microsecond, to: timeBase)
    if native.pointee.pts != cffmpeg_no_pts() { native.pointee.pts &+= ticks }
    if native.pointee.dts != cffmpeg_no_pts() { native.pointee.dts &+= ticks }
  }

  /// Presentation (or else decoding) time in seconds; nil if there is none.
  package var time: Double? { microseconds.map { Double($0) / 1e6 } }

  /// The end of what the packet holds, in microseconds.
  var endMicroseconds: Int64? {
    microseconds.map { $0 &+ native.pointee.duration.microseconds(timeBase) }
  }

  /// Presentation (or else decoding) time in microseconds.
  package var microseconds: Int64? {
    let ticks = native.pointee.pts == cffmpeg_no_pts() ? native.pointee.dts : native.pointee.pts
    return ticks == cffmpeg_no_pts() ? nil : ticks.microseconds(timeBase)
  }
}

/// When the packets had arrived whose frames are still in the decoder. Frames leave it in another order than packets go
/// in, and later ones may have to come first.
package struct PacketArrivals: Sendable {
  /// More packets than any decoder holds.
  private static let most = 64
  private var packets: [(pts: Int64, time: Double)] = []

  package init() {}

  /// A packet with this stamp has gone into the decoder. Of packets that cannot be told apart, the last one counts.
  package mutating func add(pts: Int64, at time: Double) {
    packets.removeAll { $0.pts == pts }
    if packets.count == Self.most { packets.removeFirst() }
    packets.append((pts, time))
  }

  /// When the packet of the frame with this stamp had arrived; nil if there was none.
  package mutating func take(pts: Int64) -> Double? {
    guard let index = packets.firstIndex(where: { $0.pts == pts }) else { return nil }
    return packets.remove(at: index).time
  }
}

/// What a ``VideoReader`` delivers.
public enum ReaderItem: Sendable {
  /// A decoded frame.
  case frame(VideoFrame)
  /// A packet of a stream that is copied.
  case packet(MediaPacket)
}

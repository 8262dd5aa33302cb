import VideoIO

/// What travels through a stage graph, in order: frames, with what has been found in them so far, and what accompanies them.
public enum StreamElement<Frame: Sendable>: Sendable {
  /// A frame. Only frames are worked on by stages, and only frames are dropped.
  case frame(Frame)
  /// A packet of another stream (audio, subtitles), which is copied to the outputs.
  case packet(MediaPacket)
  /// The streams beside the video from here on, as a source that was opened again may have others.
  case streams([PassthroughStream])
  /// The source gives no frames: outputs are to show so.
  case outage
}

/// Something whose memory counts while it waits in a queue.
package protocol Weighted {
  /// Its memory in bytes, roughly.
  var byteCount: Int { get }
}

extension StreamElement where Frame: Weighted {
  var byteCount: Int {
    switch self {
    case .frame(let frame): frame.byteCount
    case .packet(let packet): packet.size
    case .streams, .outage: 0
    }
  }
}

extension StreamElement {
  var isFrame: Bool { if case .frame = self { true } else { false } }

  /// The same element of another stage, for all that stages do not work on.
  func passed<Other>(_ work: (Frame) throws -> Other?) rethrows -> StreamElement<Other>? {
    switch self {
    case .frame(let frame): try work(frame).map { .frame($0) }
    case .packet(let packet): .packet(packet)
    case .streams(let streams): .streams(streams)
    case .outage: .outage
    }
  }
}

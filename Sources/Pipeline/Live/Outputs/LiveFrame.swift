import Export
import Foundation
import VideoIO

/// What outputs are given: an annotated frame, on the stream's own time line.
public struct LiveFrame: Sendable, Weighted {
  /// The unit of time of all live frames.
  package static let timeBase = Rational(1, 90_000)

  /// The frame with the poses drawn into it. Nobody changes it any more.
  public let frame: VideoFrame
  /// The poses, or `nil` for the placeholder that is shown while the source is away.
  public let record: FrameRecord?
  /// The audio that came with it; an output collects it with ``LiveAudio``.
  package internal(set) var audio = LiveAudio()
  /// When it was made.
  public let date: Date

  /// Its memory in bytes, roughly.
  package var byteCount: Int { frame.size.width * frame.size.height * 3 / 2 }
}

/// The audio of a source, copied as it is.
package struct LiveAudio: Sendable {
  /// What the source has; kept while it is away.
  package private(set) var streams: [PassthroughStream] = []
  /// What has come since the frame before, on the stream's own time line.
  package private(set) var packets: [MediaPacket] = []

  /// None.
  package init() {}

  /// Collects what comes between frames; a frame comes back with the audio before it. What is dropped between two frames
  /// therefore never takes audio along.
  package mutating func collect(_ element: StreamElement<LiveFrame>) -> LiveFrame? {
    switch element {
    case .frame(var frame):
      frame.audio = self
      packets = []
      return frame
    case .packet(let packet): packets.append(packet)
    case .streams(let streams):
      if !isContinued(by: streams) { packets = [] }
      self.streams = streams
    case .outage: break
    }
    return nil
  }

  private func isContinued(by other: [PassthroughStream]) -> Bool {
    streams.count == other.count && zip(streams, other).allSatisfy { $0.isContinued(by: $1) }
  }
}

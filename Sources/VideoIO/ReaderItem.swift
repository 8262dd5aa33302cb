/// What a ``VideoReader`` delivers.
public enum ReaderItem: Sendable {
  /// A decoded frame.
  case frame(VideoFrame)
  /// A packet of a stream that is copied.
  case packet(MediaPacket)
}

import VideoIO

/// The sound of a source, copied as it is.
public struct LiveSound: Sendable {
  /// What the source has; kept while it is away.
  public let streams: [PassthroughStream]
  /// What has come since the picture before, on the stream's own line of time.
  public var packets: [MediaPacket] = []

  /// Sound of which nothing has come yet.
  init(streams: [PassthroughStream] = []) { self.streams = streams }
}

/// What is known of an input before decoding it.
public struct MediaInfo: Sendable, Equatable, Codable {
  /// File or URL, without credentials.
  public var input: String
  /// libav's names of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
  public var container: String
  /// Seconds of the whole input, where known.
  public var duration: Double?
  /// Seconds of the first timestamp; `--start` and `--end` count from here.
  public var startTime: Double?
  /// Bits per second of the whole input, where known.
  public var bitRate: Int?
  /// The container's metadata, such as `title`.
  public var metadata: [String: String]
  /// All streams, in the order of the file.
  public var streams: [StreamInfo]
  /// Index of the stream that is decoded; nil if there is no video.
  public var videoStreamIndex: Int?

  /// The stream that is decoded.
  public var videoStream: StreamInfo? {
    videoStreamIndex.flatMap { index in streams.first { $0.index == index } }
  }
}

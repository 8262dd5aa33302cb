import CFFmpeg

/// What a ``VideoWriter`` takes over from an input: time base, frame rate, copied streams, metadata, the origin of time.
public struct OutputTemplate: Sendable {
  /// The time base of the frames.
  public var timeBase: Rational
  /// Average frames per second; nil if unknown.
  public var frameRate: Rational?
  /// Time of the source that becomes 0 in the output, in microseconds; nil for the first frame's.
  public var origin: Int64?
  /// `progressive`, `tt`, `bb`, `tb`, `bt` as in ``StreamInfo/Video/fieldOrder``; nil if unknown.
  public var fieldOrder: String?
  /// Metadata of the container, such as `title`.
  public var metadata: [String: String]
  /// Metadata of the video stream, such as `language`.
  public var videoMetadata: [String: String]
  /// Chapters, in time of the source.
  public var chapters: [Chapter]
  /// The streams whose packets are copied.
  public var passthrough: [PassthroughStream]
  /// Files that are part of the input, such as the fonts of its subtitles; they have no packets.
  public var attachments: [PassthroughStream]

  /// A part of the input with a name.
  public struct Chapter: Sendable, Equatable {
    /// First moment in microseconds.
    public var start: Int64
    /// The moment after the last, in microseconds.
    public var end: Int64
    /// Such as `title`.
    public var metadata: [String: String]
  }

  /// A video that has nothing but frames.
  public init(timeBase: Rational, frameRate: Rational? = nil) {
    self.timeBase = timeBase
    self.frameRate = frameRate
    metadata = [:]
    videoMetadata = [:]
    chapters = []
    passthrough = []
    attachments = []
  }
}

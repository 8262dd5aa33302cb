/// How a ``VideoWriter`` encodes and what it writes.
public struct WriterOptions: Sendable, Equatable {
  /// Encoder, such as `libx264` or `hevc`; nil for the usual one of the container (H.264 where it can hold it).
  public var codec: String?
  /// Constant quality, smaller is better; nil for the encoder's default.
  public var crf: Double?
  /// The encoder's preset; nil for `superfast` with x264 and `veryfast` with x265.
  public var preset: String?
  /// Threads of the encoder; 0 for its own choice.
  public var threads = 0
  /// Name of the container (`mp4`, `matroska`, `gif`); nil to go by the file's extension, Matroska on standard output.
  public var format: String?
  /// Further options of encoder and container, as on ffmpeg's command line without the dash.
  public var libavOptions: [String: String] = [:]
  /// Writes a file under its final name from the beginning: what is there can be read while it grows, and after a crash
  /// (with a container that needs no index at the end). Packets of copied streams do not wait for frames, nor these for
  /// them.
  public var inPlace = false
  /// Seconds that opening, and each write, may block; nil for no limit.
  public var timeout: Double?

  /// H.264 by x264 `superfast`.
  public init() {}
}

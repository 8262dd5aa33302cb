/// How a ``VideoReader`` opens and reads its input.
public struct ReaderOptions: Sendable, Equatable {
  /// Seconds after the beginning of the input from which frames are delivered; nil for all.
  public var start: Double?
  /// Seconds after the beginning of the input before which frames are delivered; nil for all.
  public var end: Double?
  /// Threads of the software decoder; 0 for as many as there are cores.
  public var decoderThreads = 0
  /// Decodes with the least delay (threads share a frame instead of taking a frame each), for live inputs.
  public var lowDelay = false
  /// Name of the input format (`rawvideo`, `lavfi`, `v4l2`, `x11grab`); nil to find out.
  public var format: String?
  /// Further options of libav*, as on ffmpeg's command line without the dash: `["framerate": "30"]`.
  public var libavOptions: [String: String] = [:]
  /// Clockwise turn in degrees (0, 90, 180 or 270) instead of the one that the file asks for.
  public var rotate: Int?
  /// Whether packets of audio and subtitle streams are delivered, to be copied.
  public var passthrough = false
  /// The stream to decode; nil for the best one.
  public var videoStreamIndex: Int?
  /// Seconds that opening, and each read, may block; nil for no limit.
  public var timeout: Double?

  /// Everything as it comes.
  public init() {}
}

/// How a ``VideoReader`` opens and reads its input.
public struct ReaderOptions: Sendable, Equatable {
  /// Seconds after the beginning of the input from which frames are delivered; nil for all.
  public var start: Double?
  /// Seconds after the beginning of the input before which frames are delivered; nil for all.
  public var end: Double?
  /// Threads of the software decoder; 0 for as many as there are cores.
  public var decoderThreads = 0
  /// What decodes beside the processor; where it cannot, the processor does.
  public var hardware = HardwareDecoding.none
  /// Decodes with the least delay (threads share a frame instead of taking a frame each), for live inputs.
  package var lowDelay = false
  /// Name of the input format (`rawvideo`, `lavfi`, `v4l2`, `x11grab`); nil to find out.
  public var format: String?
  /// Pictures that follow the input, itself a picture, as the next frames of a video.
  package var following: [String] = []
  /// Frames a second of what has no times of its own, such as `30` or `30000/1001`: pictures, raw streams; nil for 25.
  public var frameRate: String?
  /// Further options of libav*, as on ffmpeg's command line without the dash: `["framerate": "30"]`.
  package var libavOptions: [String: String] = [:]
  /// Clockwise turn in degrees (0, 90, 180 or 270) instead of the one that the file asks for.
  public var rotate: Int?
  /// What becomes of high dynamic range and wide colour.
  public var hdr = HDR.toneMap
  /// Whether packets of audio and subtitle streams are delivered, to be copied.
  public var passthrough = false
  /// The stream to decode; nil for the best one.
  public var videoStreamIndex: Int?
  /// Seconds that opening, and each read, may block; nil for no limit.
  package var timeout: Double?

  /// What becomes of pictures of high dynamic range (PQ, HLG) or wide colour (BT.2020).
  public enum HDR: String, CaseIterable, Sendable {
    /// They become BT.709, tone-mapped where their range is high.
    case toneMap = "tone-map"
    /// Their numbers are rounded to 8 bits and mean what they meant.
    case keep
  }

  /// Everything as it comes.
  public init() {}
}

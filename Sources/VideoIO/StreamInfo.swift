import Kapao

/// What is known of one stream of an input before decoding it.
public struct StreamInfo: Sendable, Equatable, Codable {
  /// What a stream carries.
  public enum Kind: String, Sendable, Codable {
    /// Moving pictures, or an attached picture.
    case video
    /// Sound.
    case audio
    /// Subtitles, as text or as pictures.
    case subtitle
    /// Anything else: data, fonts.
    case other
  }

  /// Position in the file, from 0.
  public var index: Int
  /// What it carries.
  public var kind: Kind
  /// Short name of the codec, such as `h264`.
  public var codec: String
  /// The codec's profile, such as `High`.
  public var profile: String?
  /// Language code from the metadata, such as `eng`.
  public var language: String?
  /// Bits per second, where the file says it.
  public var bitRate: Int?
  /// The unit of the stream's timestamps, in seconds.
  public var timeBase: Rational
  /// Seconds of the first timestamp.
  public var startTime: Double?
  /// Seconds from the first to the end of the last frame.
  public var duration: Double?
  /// Whether this is a picture such as a cover, not a video.
  public var isAttachedPicture = false
  /// Present for video streams.
  public var video: Video?
  /// Present for audio streams.
  public var audio: Audio?

  /// The properties of pictures.
  public struct Video: Sendable, Equatable, Codable {
    /// Width of the coded picture in pixels.
    public var width: Int
    /// Height of the coded picture in pixels.
    public var height: Int
    /// Width of the picture after rotation, the width of ``VideoFrame/size``.
    public var uprightWidth: Int
    /// Height of the picture after rotation.
    public var uprightHeight: Int
    /// Clockwise degrees by which the picture is turned to be upright.
    public var rotation: Int
    /// Whether the picture is also mirrored.
    public var isMirrored: Bool
    /// Width of a pixel over its height; nil if square or unknown.
    public var sampleAspectRatio: Rational?
    /// Average frames per second.
    public var frameRate: Rational?
    /// Number of frames, counted by the container or estimated from duration and frame rate.
    public var frameCount: Int?
    /// libav's name of the pixel format, such as `yuv420p10le`.
    public var pixelFormat: String
    /// Bits of a component.
    public var bitDepth: Int
    /// `tv` or `pc`; nil if the file does not say.
    public var colourRange: String?
    /// The matrix of YUV, such as `bt709`.
    public var colourMatrix: String?
    /// The primaries, such as `bt709`.
    public var colourPrimaries: String?
    /// The transfer characteristics, such as `bt709`.
    public var colourTransfer: String?
    /// `progressive`, `tt`, `bb`, `tb` or `bt`; nil if unknown.
    public var fieldOrder: String?

    /// Size of the picture after rotation.
    public var uprightSize: ImageSize { ImageSize(width: uprightWidth, height: uprightHeight) }
  }

  /// The properties of sound.
  public struct Audio: Sendable, Equatable, Codable {
    /// Samples per second.
    public var sampleRate: Int
    /// Number of channels.
    public var channels: Int
  }
}

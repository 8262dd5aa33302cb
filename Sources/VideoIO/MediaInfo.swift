import CFFmpeg
import Kapao
import Support

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
  package var bitRate: Int?
  /// The container's metadata, such as `title`.
  package var metadata: [String: String]
  /// All streams, in the order of the file.
  package var streams: [StreamInfo]
  /// Index of the stream that is decoded; nil if there is no video.
  package var videoStreamIndex: Int?

  /// Frames a second at which the camera recorded, where the file says so, as Android's do: more than the frame rate is
  /// slow motion.
  package var captureRate: Double? {
    metadata["com.android.capture.fps"].flatMap(Double.init).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
  }

  /// The stream that is decoded.
  public var videoStream: StreamInfo? {
    videoStreamIndex.flatMap { index in streams.first { $0.index == index } }
  }
}

extension MediaInfo {
  /// Reads an opened input.
  init(_ context: UnsafeMutablePointer<AVFormatContext>, input: String, videoStreamIndex: Int?, rotate: Int?) {
    let format = context.pointee
    self.input = Redaction.shown(input)
    container = format.iformat.map { String(cString: $0.pointee.name) } ?? ""
    duration = Self.seconds(format.duration)
    startTime = Self.seconds(format.start_time)
    bitRate = format.bit_rate > 0 ? Int(format.bit_rate) : nil
    metadata = Dictionary(libav: format.metadata)
    streams = (0..<Int(format.nb_streams)).compactMap { index in
      format.streams[index].map { StreamInfo(context, $0, rotate: index == videoStreamIndex ? rotate : nil) }
    }
    self.videoStreamIndex = videoStreamIndex
  }

  private static func seconds(_ time: Int64) -> Double? {
    time == cffmpeg_no_pts() ? nil : Double(time) / Double(AV_TIME_BASE)
  }
}

extension Dictionary where Key == String, Value == String {
  /// Copies an AVDictionary.
  init(libav dictionary: OpaquePointer?) {
    self.init()
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
      self[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
      entry = next
    }
  }
}

/// What is known of one stream of an input before decoding it.
public struct StreamInfo: Sendable, Equatable, Codable {
  /// What a stream carries.
  package enum Kind: String, Sendable, Codable {
    /// Moving pictures, or an attached picture.
    case video
    /// Audio.
    case audio
    /// Subtitles, as text or as pictures.
    case subtitle
    /// Anything else: data, fonts.
    case other
  }

  /// Position in the file, from 0.
  package var index: Int
  /// What it carries.
  package var kind: Kind
  /// Short name of the codec, such as `h264`.
  public var codec: String
  /// The codec's profile, such as `High`.
  package var profile: String?
  /// Language code from the metadata, such as `eng`.
  package var language: String?
  /// Bits per second, where the file says it.
  package var bitRate: Int?
  /// The unit of the stream's timestamps, in seconds.
  public var timeBase: Rational
  /// Seconds of the first timestamp.
  public var startTime: Double?
  /// Seconds from the first to the end of the last frame.
  public var duration: Double?
  /// Whether this is a picture such as a cover, not a video.
  package var isAttachedPicture = false
  /// Present for video streams.
  public var video: Video?
  /// Present for audio streams.
  package var audio: Audio?

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
    package var rotation: Int
    /// Whether the picture is also mirrored.
    package var isMirrored: Bool
    /// Width of a pixel over its height; nil if square or unknown.
    package var sampleAspectRatio: Rational?
    /// Average frames per second.
    public var frameRate: Rational?
    /// Number of frames, counted by the container or estimated from duration and frame rate.
    public var frameCount: Int?
    /// libav's name of the pixel format, such as `yuv420p10le`.
    package var pixelFormat: String
    /// Bits of a component.
    package var bitDepth: Int
    /// `tv` or `pc`; nil if the file does not say.
    package var colourRange: String?
    /// The matrix of YUV, such as `bt709`.
    package var colourMatrix: String?
    /// The primaries, such as `bt709`.
    package var colourPrimaries: String?
    /// The transfer characteristics, such as `bt709`.
    package var colourTransfer: String?
    /// `progressive`, `tt`, `bb`, `tb` or `bt`; nil if unknown.
    package var fieldOrder: String?

    /// Size of the picture after rotation.
    public var uprightSize: ImageSize { ImageSize(width: uprightWidth, height: uprightHeight) }
  }

  /// The properties of audio.
  package struct Audio: Sendable, Equatable, Codable {
    /// Samples per second.
    package var sampleRate: Int
    /// Number of channels.
    package var channels: Int
  }
}

extension StreamInfo {
  /// Reads one stream of an opened input; `rotate` replaces the display matrix.
  init(_ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>, rotate: Int?) {
    let parameters = stream.pointee.codecpar.pointee
    index = Int(stream.pointee.index)
    codec = String(cString: avcodec_get_name(parameters.codec_id))
    profile = avcodec_profile_name(parameters.codec_id, parameters.profile).map { String(cString: $0) }
    let metadata = Dictionary(libav: stream.pointee.metadata)
    language = metadata["language"]
    bitRate = parameters.bit_rate > 0 ? Int(parameters.bit_rate) : nil
    timeBase = Rational(stream.pointee.time_base)
    let tick = timeBase.doubleValue
    startTime = stream.pointee.start_time == cffmpeg_no_pts() ? nil : Double(stream.pointee.start_time) * tick
    duration = stream.pointee.duration > 0 ? Double(stream.pointee.duration) * tick : nil
    switch parameters.codec_type {
    case AVMEDIA_TYPE_VIDEO:
      kind = .video
      isAttachedPicture = stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
      let seconds = duration ?? (context.pointee.duration > 0 ? Double(context.pointee.duration) / 1e6 : nil)
      video = Video(stream, frameRate: Self.frameRate(context, stream), seconds: seconds, rotate: rotate)
    case AVMEDIA_TYPE_AUDIO:
      kind = .audio
      audio = Audio(
        sampleRate: Int(parameters.sample_rate), channels: Int(parameters.ch_layout.nb_channels))
    case AVMEDIA_TYPE_SUBTITLE: kind = .subtitle
    default: kind = .other
    }
  }

  /// The average frame rate, or libav's guess where the average is unknown.
  static func frameRate(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>
  ) -> Rational? {
    [Rational(stream.pointee.avg_frame_rate), Rational(av_guess_frame_rate(context, stream, nil))]
      .first(where: \.isPositive)
  }

  /// The rate at which no two frames fall together: the average one, unless libav found that the rate varies.
  static func constantRate(
    _ context: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>
  ) -> Rational? {
    let average = Rational(stream.pointee.avg_frame_rate)
    let finest = Rational(av_guess_frame_rate(context, stream, nil))
    guard average.isPositive, finest.isPositive else { return frameRate(context, stream) }
    // Pictures of two fields count as two.
    let ratio = finest.doubleValue / average.doubleValue
    return abs(ratio - ratio.rounded()) < 1e-4 * ratio ? average : finest
  }
}

extension StreamInfo.Video {
  fileprivate init(
    _ stream: UnsafeMutablePointer<AVStream>, frameRate: Rational?, seconds: Double?, rotate: Int?
  ) {
    let parameters = stream.pointee.codecpar.pointee
    let orientation = rotate.map(Orientation.init(clockwise:)) ?? Orientation(stream)
    width = Int(parameters.width)
    height = Int(parameters.height)
    uprightWidth = orientation.isTransposing ? height : width
    uprightHeight = orientation.isTransposing ? width : height
    rotation = orientation.rotation
    isMirrored = orientation.isMirrored
    let aspect = Rational(
      stream.pointee.sample_aspect_ratio.num > 0 ? stream.pointee.sample_aspect_ratio : parameters.sample_aspect_ratio)
    sampleAspectRatio = aspect.isPositive && aspect.numerator != aspect.denominator ? aspect : nil
    self.frameRate = frameRate
    frameCount =
      stream.pointee.nb_frames > 0
      ? Int(stream.pointee.nb_frames)
      : frameRate.flatMap { rate in seconds.flatMap { Int(exactly: ($0 * rate.doubleValue).rounded()) } }
    let format = AVPixelFormat(parameters.format)
    pixelFormat = av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "unknown"
    bitDepth = av_pix_fmt_desc_get(format).map { Int($0.pointee.comp.0.depth) } ?? 8
    colourRange = Self.name(parameters.color_range.rawValue, av_color_range_name(parameters.color_range))
    if pixelFormat.hasPrefix("yuvj") { colourRange = "pc" }
    colourMatrix = Self.name(parameters.color_space.rawValue, av_color_space_name(parameters.color_space), from: 0)
    if parameters.color_space == AVCOL_SPC_UNSPECIFIED { colourMatrix = nil }
    colourPrimaries = Self.name(
      parameters.color_primaries == AVCOL_PRI_UNSPECIFIED ? 0 : parameters.color_primaries.rawValue,
      av_color_primaries_name(parameters.color_primaries))
    colourTransfer = Self.name(
      parameters.color_trc == AVCOL_TRC_UNSPECIFIED ? 0 : parameters.color_trc.rawValue,
      av_color_transfer_name(parameters.color_trc))
    switch parameters.field_order {
    case AV_FIELD_PROGRESSIVE: fieldOrder = "progressive"
    case AV_FIELD_TT: fieldOrder = "tt"
    case AV_FIELD_BB: fieldOrder = "bb"
    case AV_FIELD_TB: fieldOrder = "tb"
    case AV_FIELD_BT: fieldOrder = "bt"
    default: fieldOrder = nil
    }
  }

  private static func name(_ value: UInt32, _ text: UnsafePointer<CChar>?, from first: UInt32 = 1) -> String? {
    value < first ? nil : text.map { String(cString: $0) }
  }
}

import CFFmpeg

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

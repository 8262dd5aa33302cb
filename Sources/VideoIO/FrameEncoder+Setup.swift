import CFFmpeg

extension FrameEncoder {
  /// Size, colour, aspect, fields and rate as the first frame and the source have them.
  static func configure(
    _ context: UnsafeMutablePointer<AVCodecContext>, choice: EncoderChoice, options: WriterOptions,
    template: OutputTemplate, first: UnsafeMutablePointer<AVFrame>
  ) {
    let frame = first.pointee
    let isOdd = choice.needsEvenSize
    context.pointee.width = isOdd ? (frame.width + 1) & ~1 : frame.width
    context.pointee.height = isOdd ? (frame.height + 1) & ~1 : frame.height
    context.pointee.pix_fmt = choice.pixelFormat
    context.pointee.sample_aspect_ratio = frame.sample_aspect_ratio
    context.pointee.color_range = choice.pixelFormat == AV_PIX_FMT_YUVJ420P ? AVCOL_RANGE_JPEG : frame.color_range
    context.pointee.colorspace = frame.colorspace
    context.pointee.color_primaries = frame.color_primaries
    context.pointee.color_trc = frame.color_trc
    context.pointee.chroma_sample_location = frame.chroma_location
    context.pointee.thread_count = Int32(clamping: options.threads)
    if let rate = template.frameRate { context.pointee.framerate = rate.native }
    guard frame.interlaced_frame != 0 else { return }
    context.pointee.field_order = frame.top_field_first != 0 ? AV_FIELD_TT : AV_FIELD_BB
    if choice.codesFields, frame.height % 4 == 0 {
      context.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
    }
  }

  /// The filter between 8-bit 4:2:0 and what the encoder takes, if that is something else. A GIF gets a palette of
  /// its own for every frame, so that memory stays bounded however long the video is.
  static func conversion(_ choice: EncoderChoice, first: VideoFrame, timeBase: Rational) throws(VideoError)
    -> FilterGraph?
  {
    let format = choice.pixelFormat
    let range = first.isFullRange ? "pc" : "tv"
    let matrix = first.colourMatrix.filterName
    let description: String
    if choice.isGIF {
      description =
        "[in]scale=in_range=\(range):in_color_matrix=\(matrix),format=bgra,split[a][b];"
        + "[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=bayer:bayer_scale=3[out]"
    } else if format == AV_PIX_FMT_YUV420P {
      return nil
    } else {
      let name = av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "yuv420p"
      let target = name.hasPrefix("yuvj") ? "pc" : range
      description =
        "scale=in_range=\(range):out_range=\(target):in_color_matrix=\(matrix):out_color_matrix=\(matrix)"
        + ":flags=bicubic+accurate_rnd,format=\(name)"
    }
    return try FilterGraph(description, like: first.native, timeBase: timeBase)
  }
}

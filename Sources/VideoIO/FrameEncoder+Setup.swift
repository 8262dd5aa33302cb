import CFFmpeg
import Kapao

extension FrameEncoder {
  /// Size, colour, aspect, fields and rate as the first frame and the source have them.
  static func configure(
    _ context: UnsafeMutablePointer<AVCodecContext>, choice: EncoderChoice, options: WriterOptions,
    template: OutputTemplate, first: UnsafeMutablePointer<AVFrame>
  ) {
    let frame = first.pointee
    let size = scaledSize(choice, options: options, of: ImageSize(width: Int(frame.width), height: Int(frame.height)))
    let isOdd = choice.needsEvenSize
    context.pointee.width = size.map { Int32($0.width) } ?? (isOdd ? (frame.width + 1) & ~1 : frame.width)
    context.pointee.height = size.map { Int32($0.height) } ?? (isOdd ? (frame.height + 1) & ~1 : frame.height)
    context.pointee.pix_fmt = choice.pixelFormat
    context.pointee.sample_aspect_ratio = frame.sample_aspect_ratio
    if let size, options.height != nil {
      let aspect = av_mul_q(
        AVRational(num: frame.width, den: Int32(size.width)), AVRational(num: Int32(size.height), den: frame.height))
      let given = frame.sample_aspect_ratio
      context.pointee.sample_aspect_ratio = av_mul_q(given.num > 0 ? given : AVRational(num: 1, den: 1), aspect)
    }
    context.pointee.color_range = choice.pixelFormat == AV_PIX_FMT_YUVJ420P ? AVCOL_RANGE_JPEG : frame.color_range
    context.pointee.colorspace = frame.colorspace
    context.pointee.color_primaries = frame.color_primaries
    context.pointee.color_trc = frame.color_trc
    context.pointee.chroma_sample_location = frame.chroma_location
    context.pointee.thread_count = Int32(clamping: options.threads)
    if let rate = template.frameRate { context.pointee.framerate = rate.native }
    guard cffmpeg_frame_is_interlaced(first) != 0 else { return }
    context.pointee.field_order = cffmpeg_frame_top_field_first(first) != 0 ? AV_FIELD_TT : AV_FIELD_BB
    if choice.codesFields, frame.height % 4 == 0 {
      context.pointee.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME
    }
  }

  /// The size of the encoded pictures, where it is to be another than that of the frames; even where it has to be.
  private static func scaledSize(_ choice: EncoderChoice, options: WriterOptions, of frame: ImageSize) -> ImageSize? {
    guard let width = options.width else { return nil }
    let height = options.height ?? Int((Double(frame.height) * Double(width) / Double(frame.width)).rounded())
    func usable(_ side: Int) -> Int { choice.needsEvenSize ? max(2, (side + 1) & ~1) : max(1, side) }
    return ImageSize(width: usable(width), height: usable(height))
  }

  /// The filter between 8-bit 4:2:0 and what the encoder takes, if that is something else. A GIF gets a palette of
  /// its own for every frame, so that memory stays bounded however long the video is.
  static func conversion(
    _ choice: EncoderChoice, options: WriterOptions, first: VideoFrame, timeBase: Rational
  ) throws(VideoError) -> FilterGraph? {
    let size = scaledSize(choice, options: options, of: first.size)
    let scaling = size.map { "w=\($0.width):h=\($0.height):interl=-1:" } ?? ""
    let format = choice.uploadedFormat
    let range = first.isFullRange ? "pc" : "tv"
    let matrix = first.colourMatrix.filterName
    let description: String
    if choice.isGIF {
      description =
        "[in]scale=\(scaling)in_range=\(range):in_color_matrix=\(matrix),format=bgra,split[a][b];"
        + "[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=bayer:bayer_scale=3[out]"
    } else if format == AV_PIX_FMT_YUV420P, size == nil {
      return nil
    } else {
      let name = av_get_pix_fmt_name(format).map { String(cString: $0) } ?? "yuv420p"
      let target = name.hasPrefix("yuvj") ? "pc" : range
      description =
        "scale=\(scaling)in_range=\(range):out_range=\(target):in_color_matrix=\(matrix):out_color_matrix=\(matrix)"
        + ":flags=bicubic+accurate_rnd,format=\(name)"
    }
    return try FilterGraph(description, like: first.native, timeBase: timeBase)
  }
}

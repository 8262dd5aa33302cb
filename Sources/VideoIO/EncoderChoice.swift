import CFFmpeg

/// Which encoder writes the frames, and with which settings.
struct EncoderChoice {
  let codec: UnsafePointer<AVCodec>
  let name: String

  /// The encoder that `options` name, or the usual one of the container; `path` is the output's.
  init(_ options: WriterOptions, for container: Container, path: String) throws(VideoError) {
    let wanted = options.codec ?? Self.usual(for: container)
    let byName = avcodec_find_encoder_by_name(wanted)
    let byCodec = avcodec_descriptor_get_by_name(wanted).flatMap { avcodec_find_encoder($0.pointee.id) }
    guard let codec = byName ?? byCodec, codec.pointee.type == AVMEDIA_TYPE_VIDEO else {
      throw VideoError(
        operation: "write", input: path, code: .encoderNotFound, detail: "unknown video encoder '\(wanted)'",
        kind: .outputFailed)
    }
    guard container.canHold(codec.pointee.id) else {
      throw VideoError(
        operation: "write", input: path, code: AVErrorCode(errno: EINVAL),
        detail: "a \(container.description) cannot hold \(String(cString: avcodec_get_name(codec.pointee.id)))",
        kind: .outputFailed)
    }
    self.codec = codec
    name = String(cString: codec.pointee.name)
  }

  private static func usual(for container: Container) -> String {
    switch container.usualVideoCodec {
    case AV_CODEC_ID_H264: "libx264"
    case AV_CODEC_ID_VP9: "libvpx-vp9"
    case let codec: String(cString: avcodec_get_name(codec))
    }
  }

  var isGIF: Bool { codec.pointee.id == AV_CODEC_ID_GIF }

  /// Whether the encoder refuses pictures whose sides are odd.
  var needsEvenSize: Bool {
    ["libx264", "libx265", "libsvtav1", "librav1e", "libopenh264", "h264_", "hevc_", "av1_"]
      .contains { name.hasPrefix($0) }
  }

  /// Whether the encoder can keep two fields apart.
  var codesFields: Bool { ["libx264", "mpeg4", "mpeg2video"].contains(name) }

  /// The pixel format to encode.
  var pixelFormat: AVPixelFormat {
    if isGIF { return AV_PIX_FMT_PAL8 }
    if codec.pointee.id == AV_CODEC_ID_MJPEG { return AV_PIX_FMT_YUVJ420P }
    guard let list = cffmpeg_pixel_formats(codec) else { return AV_PIX_FMT_YUV420P }
    return avcodec_find_best_pix_fmt_of_list(list, AV_PIX_FMT_YUV420P, 0, nil)
  }

  /// Whether it takes frames in the memory of a device only.
  var needsUpload: Bool {
    (av_pix_fmt_desc_get(pixelFormat)?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_HWACCEL) != 0
  }

  /// The format of frames before they are uploaded, which is the same without.
  var uploadedFormat: AVPixelFormat { needsUpload ? AV_PIX_FMT_NV12 : pixelFormat }

  /// The device whose frames it takes.
  var hardwareType: AVHWDeviceType? {
    var index: Int32 = 0
    while let configuration = avcodec_get_hw_config(codec, index) {
      if configuration.pointee.pix_fmt == pixelFormat { return configuration.pointee.device_type }
      index += 1
    }
    return nil
  }

  /// The rate of frames where encoder or container know one only; nil where frames may come at any time.
  func constantRate(_ template: OutputTemplate, container: Container) -> Rational? {
    guard ["mpeg2video", "mpeg1video"].contains(name) || !container.hasVariableFrameRate else { return nil }
    return template.constantRate ?? template.frameRate ?? Rational(25, 1)
  }

  /// The unit of time to encode in where the rate is not constant: the source's, unless the encoder needs a coarser one,
  /// which then is a part of the time between two frames.
  func timeBase(_ template: OutputTemplate) -> Rational {
    if isGIF { return Rational(1, 100) }
    let finest = 65535
    let isLimited = ["mpeg4", "libxvid"].contains(name) && template.timeBase.denominator > finest
    guard isLimited else { return template.timeBase }
    let rate = template.frameRate.flatMap { (1...finest).contains($0.numerator) ? $0 : nil } ?? Rational(25, 1)
    return Rational(1, finest / rate.numerator * rate.numerator)
  }

  /// The encoder's options: quality and preset as asked for, good defaults otherwise.
  func options(_ options: WriterOptions) -> LibavOptions {
    let libav = LibavOptions(options.libavOptions)
    if let crf = options.crf { libav["crf"] = "\(crf)" }
    if let preset = options.preset { libav["preset"] = preset }
    let usual: [String: String]
    switch name {
    case "libx264": usual = ["preset": "superfast"]
    case "libx265": usual = ["preset": "veryfast", "x265-params": "log-level=error"]
    case "libvpx-vp9", "libvpx": usual = ["crf": "32", "b": "0", "deadline": "good", "cpu-used": "5"]
    case "mpeg4", "libxvid", "mpeg2video", "mpeg1video":
      usual = ["flags": "+qscale", "global_quality": "\(3 * FF_QP2LAMBDA)"]
    case "mjpeg": usual = ["flags": "+qscale", "global_quality": "\(3 * FF_QP2LAMBDA)"]
    case "libtheora": usual = ["flags": "+qscale", "global_quality": "\(7 * FF_QP2LAMBDA)"]
    default: usual = [:]
    }
    for (key, value) in usual where libav[key] == nil { libav[key] = value }
    return libav
  }
}

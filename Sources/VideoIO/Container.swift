import CFFmpeg
import Kapao
import Support

/// A container to write, as libav knows it.
struct Container {
  let native: UnsafePointer<AVOutputFormat>
  /// The output as the user named it, whose extension says which picture format is meant.
  private let path: String

  /// The container called `format`, or else the one that the extension of `path` stands for; Matroska on standard
  /// output, and on other descriptors.
  init(_ path: String, format: String?, libavOptions: [String: String] = [:]) throws(VideoError) {
    self.path = path
    var isDescriptor = false
    if case .descriptor = OutputPlace(path) { isDescriptor = true }
    let wanted = format ?? (isDescriptor ? "matroska" : nil)
    guard let output = av_guess_format(wanted, wanted == nil ? path : nil, nil) else {
      let detail = wanted.map { "unknown output format '\($0)'" } ?? "no container is known for this file extension"
      throw VideoError(operation: "write", input: path, code: .muxerNotFound, detail: detail, kind: .outputFailed)
    }
    let isPattern = path.contains("%") || libavOptions["update"] != nil
    let isPicture = String(cString: output.pointee.name) == "image2" && !isPattern
    native = UnsafePointer(isPicture ? av_guess_format("image2pipe", nil, nil) ?? output : output)
  }

  /// libav's name, such as `mp4`.
  var name: String { String(cString: native.pointee.name) }

  private func has(_ flag: Int32) -> Bool { native.pointee.flags & flag != 0 }

  /// What to call it in a message.
  var description: String { isPicture || name == "image2" ? "picture" : "\(name) file" }

  /// Whether it is one of the relatives of MP4.
  var isMP4: Bool { ["mp4", "mov", "ipod", "3gp"].contains(name) }

  /// Whether it is a single picture.
  var isPicture: Bool { name == "image2pipe" }

  /// Whether it opens what it writes by itself: several files, or a connection.
  var opensItsFiles: Bool { has(AVFMT_NOFILE) }

  /// Whether its packets have no times.
  var hasNoTimestamps: Bool { has(AVFMT_NOTIMESTAMPS) }

  /// Whether audio has no times, so that it begins with the picture.
  var hasUntimedAudio: Bool { !hasVariableFrameRate && !name.hasPrefix("og") }

  /// Whether packets may have times before 0, which players leave out.
  var hasNegativeTimes: Bool { has(AVFMT_TS_NEGATIVE) }

  /// Whether codec headers belong to the container instead of the stream.
  var wantsGlobalHeader: Bool { has(AVFMT_GLOBALHEADER) }

  /// Whether frames may follow each other at any distance. (libav's own flag is not set for MP4, FLV's relatives and
  /// others.) A codec's bare stream is played at one rate; numbered pictures have no rate.
  var hasVariableFrameRate: Bool {
    if hasNoTimestamps, !name.hasPrefix("mxf") {
      return ["image2", "image2pipe", "ico", "mpjpeg", "null"].contains(name)
    }
    return ![
      "avi", "avm2", "amv", "mxf", "mxf_d10", "mxf_opatom", "dv", "gxf", "swf", "yuv4mpegpipe", "ogg", "ogv", "rm",
      "roq",
      "filmstrip",
    ].contains(name)
  }

  /// The codec that libav would choose for video.
  var defaultVideoCodec: AVCodecID { av_guess_codec(native, nil, path, nil, AVMEDIA_TYPE_VIDEO) }

  /// The codec to use unless another is asked for: H.264 where players expect it.
  var usualVideoCodec: AVCodecID {
    // A container without times is most often nothing but the codec's own packets, such as a picture.
    let isFixed = hasNoTimestamps && name != "mxf" || ["gif", "webm"].contains(name)
    return isFixed || !canHold(AV_CODEC_ID_H264) ? defaultVideoCodec : AV_CODEC_ID_H264
  }

  /// Whether the container can hold a codec. Where libav does not know: for video whether it begins such a file, else
  /// whether it holds streams of that kind at all.
  func canHold(_ codec: AVCodecID) -> Bool {
    let answer = avformat_query_codec(native, codec, FF_COMPLIANCE_NORMAL)
    guard answer < 0 else { return answer > 0 }
    switch avcodec_get_type(codec) {
    case AVMEDIA_TYPE_VIDEO: return codec == defaultVideoCodec || begins(withVideo: codec)
    case AVMEDIA_TYPE_AUDIO: return native.pointee.audio_codec != AV_CODEC_ID_NONE
    case AVMEDIA_TYPE_SUBTITLE: return native.pointee.subtitle_codec != AV_CODEC_ID_NONE
    default: return false
    }
  }

  private func begins(withVideo codec: AVCodecID) -> Bool {
    guard native.pointee.video_codec != AV_CODEC_ID_NONE else { return false }
    guard let owner = try? Owned(avcodec_parameters_alloc(), path) else { return false }
    let parameters = owner.native
    parameters.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    parameters.pointee.codec_id = codec
    parameters.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    parameters.pointee.width = 640
    parameters.pointee.height = 480
    return begins(isSeekable: true) { trial in
      guard let stream = avformat_new_stream(trial, nil) else { return }
      avcodec_parameters_copy(stream.pointee.codecpar, parameters)
      stream.pointee.time_base = AVRational(num: 1, den: 25)
    }
  }

  /// Allocates what libav writes such a file with; FLAC and TrueHD in MP4, which libav calls experimental, are wanted.
  func makeContext(url: String?) throws(VideoError) -> Owned<AVFormatContext> {
    var context: UnsafeMutablePointer<AVFormatContext>?
    try VideoError.check("write", path, kind: .outputFailed) {
      FileName.withBytes(url ?? "") { avformat_alloc_output_context2(&context, native, nil, url == nil ? nil : $0) }
    }
    if isMP4 { context?.pointee.strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL }
    return try Owned(context, path)
  }

  /// Whether libav begins such a file with the streams that `add` adds, tried in memory. True for containers that open
  /// what they write, which cannot be tried.
  func begins(
    isSeekable: Bool, options: [String: String] = [:], _ add: (UnsafeMutablePointer<AVFormatContext>) -> Void
  ) -> Bool {
    guard !opensItsFiles else { return true }
    var memory: UnsafeMutablePointer<AVIOContext>?
    guard avio_open_dyn_buf(&memory) >= 0, let memory else { return true }
    defer {
      var bytes: UnsafeMutablePointer<UInt8>?
      avio_close_dyn_buf(memory, &bytes)
      av_free(bytes)
    }
    guard let owner = try? makeContext(url: nil) else { return true }
    let context = owner.native
    if !isSeekable { memory.pointee.seekable = 0 }
    context.pointee.pb = memory
    add(context)
    return LibavOptions(options).withNative { options in
      LibavLog.recordingLastLine { avformat_write_header(context, options) }.result >= 0
    }
  }
}

import CFFmpeg
import Kapao

/// Encodes single frames as JPEG. One thread at a time; the encoder adapts to the size of what it is given.
public final class JPEGEncoder: @unchecked Sendable {
  // @unchecked: used by one caller at a time.

  private struct Shape: Equatable {
    let size: ImageSize
    let isFullRange: Bool
    let matrix: ColourMatrix
  }

  private let quality: Int
  private let maximumWidth: Int?
  private var shape: Shape?
  private var graph: FilterGraph?
  private var context: UnsafeMutablePointer<AVCodecContext>?

  /// - Parameters:
  ///   - quality: libav's scale from 2 (best) to 31.
  ///   - maximumWidth: Wider pictures are scaled down to this many pixels.
  public init(quality: Int = 5, maximumWidth: Int? = nil) {
    self.quality = min(31, max(2, quality))
    self.maximumWidth = maximumWidth
  }

  deinit { avcodec_free_context(&context) }

  /// The frame as the bytes of a JPEG file.
  ///
  /// - Throws: ``VideoError`` when memory runs out or the encoder refuses the picture.
  public func encode(_ frame: VideoFrame) throws(VideoError) -> [UInt8] {
    try adapt(to: frame)
    guard let graph else { throw VideoError(operation: "encode", input: "picture", code: .invalidData) }
    try graph.push(frame.native)
    var picture = try graph.pull()
    defer { av_frame_free(&picture) }
    guard let converted = picture else {
      throw VideoError(operation: "encode", input: "picture", code: .invalidData)
    }
    if context == nil { context = try open(like: converted) }
    guard let context else { return [] }
    converted.pointee.pict_type = AV_PICTURE_TYPE_NONE
    converted.pointee.quality = context.pointee.global_quality
    try VideoError.check("encode", "picture", kind: .outputFailed) { avcodec_send_frame(context, converted) }
    var packet = av_packet_alloc()
    defer { av_packet_free(&packet) }
    try VideoError.check("encode", "picture", kind: .outputFailed) { avcodec_receive_packet(context, packet) }
    guard let bytes = packet?.pointee.data, let count = packet?.pointee.size else { return [] }
    return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
  }

  private func adapt(to frame: VideoFrame) throws(VideoError) {
    let wanted = Shape(size: frame.size, isFullRange: frame.isFullRange, matrix: frame.colourMatrix)
    guard wanted != shape else { return }
    shape = nil
    avcodec_free_context(&context)
    var width = frame.size.width
    var height = frame.size.height
    if let maximumWidth, width > maximumWidth {
      height = max(1, height * maximumWidth / width)
      width = maximumWidth
    }
    graph = try FilterGraph(
      "scale=w=\(width):h=\(height):in_range=\(frame.isFullRange ? "pc" : "tv"):out_range=pc"
        + ":in_color_matrix=\(frame.colourMatrix.filterName):out_color_matrix=bt601:flags=bilinear,format=yuvj420p",
      like: frame.native, timeBase: frame.timeBase)
    shape = wanted
  }

  private func open(
    like frame: UnsafeMutablePointer<AVFrame>
  ) throws(VideoError) -> UnsafeMutablePointer<AVCodecContext> {
    guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
      throw VideoError(operation: "encode", input: "picture", code: .encoderNotFound, kind: .outputFailed)
    }
    var context = avcodec_alloc_context3(codec)
    let native = try VideoError.allocated(context, "picture")
    native.pointee.width = frame.pointee.width
    native.pointee.height = frame.pointee.height
    native.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
    native.pointee.color_range = AVCOL_RANGE_JPEG
    native.pointee.time_base = AVRational(num: 1, den: 1)
    native.pointee.thread_count = 1
    native.pointee.flags |= AV_CODEC_FLAG_QSCALE
    native.pointee.global_quality = Int32(quality) * FF_QP2LAMBDA
    do {
      try VideoError.check("encode", "picture", kind: .outputFailed) { avcodec_open2(native, codec, nil) }
    } catch {
      avcodec_free_context(&context)
      throw error
    }
    return native
  }
}

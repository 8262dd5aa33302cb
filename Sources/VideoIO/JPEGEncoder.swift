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
  private var context: Owned<AVCodecContext>?

  /// - Parameters:
  ///   - quality: libav's scale from 2 (best) to 31.
  ///   - maximumWidth: Wider pictures are scaled down to this many pixels.
  public init(quality: Int = 5, maximumWidth: Int? = nil) {
    self.quality = min(31, max(2, quality))
    self.maximumWidth = maximumWidth
  }

  /// The frame as the bytes of a JPEG file.
  ///
  /// - Throws: ``VideoError`` when memory runs out or the encoder refuses the picture.
  public func encode(_ frame: VideoFrame) throws(VideoError) -> [UInt8] {
    try adapt(to: frame)
    guard let graph else { throw VideoError(operation: "encode", input: "frame", code: .invalidData) }
    try graph.push(frame.native)
    guard let picture = try graph.pull() else {
      throw VideoError(operation: "encode", input: "frame", code: .invalidData)
    }
    if context == nil { context = try open(like: picture.native) }
    guard let encoder = context?.native else { return [] }
    picture.native.pointee.pict_type = AV_PICTURE_TYPE_NONE
    picture.native.pointee.quality = encoder.pointee.global_quality
    try VideoError.check("encode", "frame", kind: .outputFailed) { avcodec_send_frame(encoder, picture.native) }
    let packet = try Owned(av_packet_alloc(), "frame")
    try VideoError.check("encode", "frame", kind: .outputFailed) { avcodec_receive_packet(encoder, packet.native) }
    return Array(UnsafeBufferPointer(start: packet.native.pointee.data, count: Int(packet.native.pointee.size)))
  }

  private func adapt(to frame: VideoFrame) throws(VideoError) {
    let wanted = Shape(size: frame.size, isFullRange: frame.isFullRange, matrix: frame.colourMatrix)
    guard wanted != shape else { return }
    shape = nil
    context = nil
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

  private func open(like frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVCodecContext> {
    guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
      throw VideoError(operation: "encode", input: "frame", code: .encoderNotFound, kind: .outputFailed)
    }
    let context = try Owned(avcodec_alloc_context3(codec), "frame")
    let native = context.native
    native.pointee.width = frame.pointee.width
    native.pointee.height = frame.pointee.height
    native.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
    native.pointee.color_range = AVCOL_RANGE_JPEG
    native.pointee.time_base = AVRational(num: 1, den: 1)
    native.pointee.thread_count = 1
    native.pointee.flags |= AV_CODEC_FLAG_QSCALE
    native.pointee.global_quality = Int32(quality) * FF_QP2LAMBDA
    try VideoError.check("encode", "frame", kind: .outputFailed) { avcodec_open2(native, codec, nil) }
    return context
  }
}

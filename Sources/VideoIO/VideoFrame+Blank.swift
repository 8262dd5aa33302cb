import CFFmpeg
import Kapao

extension VideoFrame {
  /// A new frame of one colour, given in YUV; black in TV range if nothing is said.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public static func blank(
    size: ImageSize, pts: Int64 = 0, timeBase: Rational = Rational(1, 25), duration: Int64 = 1, index: Int = 0,
    y: UInt8 = 16, u: UInt8 = 128, v: UInt8 = 128, fullRange: Bool = false, matrix: ColourMatrix? = nil
  ) throws(VideoError) -> VideoFrame {
    let native = try VideoError.allocated(av_frame_alloc(), "frame")
    let frame = VideoFrame(owning: native, index: index, timeBase: timeBase)
    native.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    native.pointee.width = Int32(size.width)
    native.pointee.height = Int32(size.height)
    native.pointee.pts = pts
    native.pointee.pkt_duration = duration
    native.pointee.color_range = fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    switch matrix {
    case .bt601: native.pointee.colorspace = AVCOL_SPC_SMPTE170M
    case .bt709: native.pointee.colorspace = AVCOL_SPC_BT709
    case .bt2020: native.pointee.colorspace = AVCOL_SPC_BT2020_NCL
    case .smpte240m: native.pointee.colorspace = AVCOL_SPC_SMPTE240M
    case .fcc: native.pointee.colorspace = AVCOL_SPC_FCC
    case nil: break
    }
    try VideoError.check("allocate", "frame", kind: .transient) { av_frame_get_buffer(native, 0) }
    for (plane, value) in [y, u, v].enumerated() {
      frame.withMutablePlane(plane) { pixels, _, _, _ in
        for i in pixels.indices { pixels[i] = value }
      }
    }
    return frame
  }
}

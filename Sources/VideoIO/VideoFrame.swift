import CFFmpeg
import Kapao

/// One upright frame in 8-bit planar YUV 4:2:0, with the time of its source.
///
/// The object owns a reference to the pixels, which the decoder may go on reading: call ``makeWritable()`` before
/// changing them. It travels from stage to stage and is used by one at a time.
public final class VideoFrame: @unchecked Sendable {
  // @unchecked: handed from stage to stage; whoever holds it is the only one to use it.

  /// Number of the frame in the reader's output, from 0.
  public internal(set) var index: Int
  /// The unit of ``pts`` and ``duration``, in seconds: that of the source's stream.
  public let timeBase: Rational

  /// When the frame's packet had arrived, or when the frame was due where packets come in bursts, in seconds of
  /// `MonotonicTime`.
  package var arrival: Double?

  private let owner: Owned<AVFrame>
  var native: UnsafeMutablePointer<AVFrame> { owner.native }

  /// Takes over `frame`.
  init(_ frame: consuming Owned<AVFrame>, index: Int, timeBase: Rational) {
    owner = frame
    self.index = index
    self.timeBase = timeBase
  }

  /// Presentation time in units of ``timeBase``, exactly the source's.
  public var pts: Int64 { native.pointee.pts }

  /// The stamp that the source gave the frame, in units of ``timeBase``: unlike ``pts`` it may repeat or go back. Nil if
  /// there is none.
  package var sourcePTS: Int64? {
    native.pointee.best_effort_timestamp == cffmpeg_no_pts() ? nil : native.pointee.best_effort_timestamp
  }

  /// How long the frame is shown, in units of ``timeBase``; 0 if unknown.
  public var duration: Int64 { cffmpeg_frame_duration(native) }

  /// Presentation time in seconds.
  public var time: Double { Double(pts) * Double(timeBase.numerator) / Double(timeBase.denominator) }

  /// Width and height in pixels.
  public var size: ImageSize { ImageSize(width: Int(native.pointee.width), height: Int(native.pointee.height)) }

  /// Whether the decoder found errors in the picture.
  public var isCorrupt: Bool {
    native.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0 || native.pointee.decode_error_flags != 0
  }

  /// Whether the picture consists of two fields.
  package var isInterlaced: Bool { cffmpeg_frame_is_interlaced(native) != 0 }

  /// Width of a pixel over its height; nil if square or unknown.
  package var sampleAspectRatio: Rational? {
    let aspect = Rational(native.pointee.sample_aspect_ratio)
    return aspect.isPositive && aspect.numerator != aspect.denominator ? aspect : nil
  }

  /// Gives this frame pixels of its own, copied from those it shares, if it shares them.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public func makeWritable() throws(VideoError) {
    try VideoError.check("copy", "frame", kind: .transient) { av_frame_make_writable(native) }
  }

  /// A frame with the same properties and pixels of its own.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  public func copy() throws(VideoError) -> VideoFrame {
    let frame = VideoFrame(try Owned(referringTo: native), index: index, timeBase: timeBase)
    try frame.makeWritable()
    return frame
  }

  /// The part of the picture in a rectangle, moved into the picture and to even pixels; the pixels are shared.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  package func cropped(to box: Box) throws(VideoError) -> VideoFrame {
    let frame = VideoFrame(try Owned(referringTo: native), index: index, timeBase: timeBase)
    let clone = frame.native
    let box = box.clipped(width: size.width, height: size.height)
    guard box.width >= 2, box.height >= 2 else { return frame }
    let (left, top) = (Int(box.x1) & ~1, Int(box.y1) & ~1)
    clone.pointee.crop_left = left
    clone.pointee.crop_top = top
    clone.pointee.crop_right = (size.width - max(Int(box.x2), left + 2)) & ~1
    clone.pointee.crop_bottom = (size.height - max(Int(box.y2), top + 2)) & ~1
    try VideoError.check("crop", "frame", kind: .transient) {
      av_frame_apply_cropping(clone, Int32(AV_FRAME_CROP_UNALIGNED))
    }
    return frame
  }

  /// A frame with the same pixels at another time.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  package func retimed(pts: Int64, timeBase: Rational, duration: Int64 = 0, index: Int) throws(VideoError) -> VideoFrame
  {
    let frame = VideoFrame(try Owned(referringTo: native), index: index, timeBase: timeBase)
    frame.native.pointee.pts = pts
    cffmpeg_frame_set_duration(frame.native, duration)
    return frame
  }
}

extension VideoFrame {
  /// Whether black is 0 and white 255, instead of 16 and 235.
  public var isFullRange: Bool { native.pointee.color_range == AVCOL_RANGE_JPEG }

  /// The matrix between RGB and the frame's YUV.
  package var colourMatrix: ColourMatrix { ColourMatrix(native.pointee.colorspace, height: size.height) }

  /// An RGB colour (0…255 each) in the frame's own matrix and range.
  package func yuv(red: UInt8, green: UInt8, blue: UInt8) -> (y: UInt8, u: UInt8, v: UInt8) {
    let matrix = colourMatrix
    let (r, g, b) = (Double(red) / 255, Double(green) / 255, Double(blue) / 255)
    let luma = matrix.red * r + (1 - matrix.red - matrix.blue) * g + matrix.blue * b
    let u = (b - luma) / (2 * (1 - matrix.blue))
    let v = (r - luma) / (2 * (1 - matrix.red))
    func byte(_ value: Double) -> UInt8 { UInt8(min(255, max(0, value.rounded()))) }
    return isFullRange
      ? (byte(255 * luma), byte(128 + 255 * u), byte(128 + 255 * v))
      : (byte(16 + 219 * luma), byte(128 + 224 * u), byte(128 + 224 * v))
  }
}

extension VideoFrame {
  /// Lets `body` read a plane: 0 is luma, 1 and 2 are the chroma planes U and V of half the size, rounded up.
  ///
  /// Row `y` begins at `y * stride`; only its first `width` bytes are pixels.
  public func withPlane<R>(
    _ plane: Int, _ body: (_ pixels: Span<UInt8>, _ stride: Int, _ width: Int, _ height: Int) throws -> R
  ) rethrows -> R {
    let layout = layout(of: plane)
    let span = unsafe Span(_unsafeStart: UnsafePointer(layout.start), count: layout.count)
    return try body(span, layout.stride, layout.width, layout.height)
  }

  /// Lets `body` change a plane; the same layout as in ``withPlane(_:_:)``.
  ///
  /// - Precondition: ``makeWritable()`` was called, or the frame was made by ``blank(size:pts:timeBase:)``.
  package func withMutablePlane<R>(
    _ plane: Int, _ body: (_ pixels: inout MutableSpan<UInt8>, _ stride: Int, _ width: Int, _ height: Int) throws -> R
  ) rethrows -> R {
    precondition(av_frame_is_writable(native) > 0, "makeWritable() comes before changing pixels")
    let layout = layout(of: plane)
    var span = unsafe MutableSpan(_unsafeStart: layout.start, count: layout.count)
    return try body(&span, layout.stride, layout.width, layout.height)
  }

  private typealias Layout = (start: UnsafeMutablePointer<UInt8>, count: Int, stride: Int, width: Int, height: Int)

  private func layout(of plane: Int) -> Layout {
    precondition((0..<3).contains(plane), "a frame has the planes 0, 1 and 2")
    let width = plane == 0 ? size.width : (size.width + 1) / 2
    let height = plane == 0 ? size.height : (size.height + 1) / 2
    let data = [native.pointee.data.0, native.pointee.data.1, native.pointee.data.2][plane]
    let strides = [native.pointee.linesize.0, native.pointee.linesize.1, native.pointee.linesize.2]
    guard let data else { preconditionFailure("a frame has three planes") }
    let stride = Int(strides[plane])
    return (data, stride * (height - 1) + width, stride, width, height)
  }
}

extension VideoFrame {
  /// A new frame of one colour, given in YUV; black in TV range if nothing is said.
  ///
  /// - Throws: ``VideoError`` when memory runs out.
  package static func blank(
    size: ImageSize, pts: Int64 = 0, timeBase: Rational = Rational(1, 25), duration: Int64 = 1, index: Int = 0,
    y: UInt8 = 16, u: UInt8 = 128, v: UInt8 = 128, fullRange: Bool = false, matrix: ColourMatrix? = nil
  ) throws(VideoError) -> VideoFrame {
    let frame = VideoFrame(try Owned(av_frame_alloc(), "frame"), index: index, timeBase: timeBase)
    let native = frame.native
    native.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    native.pointee.width = Int32(size.width)
    native.pointee.height = Int32(size.height)
    native.pointee.pts = pts
    cffmpeg_frame_set_duration(native, duration)
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

import CFFmpeg
import Kapao

/// Turns whatever a decoder gives into upright 8-bit YUV 4:2:0 of one size, the first frame's.
///
/// Frames that are so already pass untouched. The range (TV or full) and matrix of the first frame are kept; RGB
/// becomes TV range in the matrix usual for its height, grey becomes full range, so that its values stay.
final class FrameNormaliser {
  private struct Shape: Hashable {
    let width: Int32
    let height: Int32
    let format: Int32
    let isFullRange: Bool
    let orientation: Orientation
    let isInterlaced: Bool
  }

  private let orientation: Orientation
  private let ignoresFrameMatrix: Bool
  private let timeBase: Rational
  private var first: (size: ImageSize, isFullRange: Bool, matrix: AVColorSpace)?
  private var graph: (shape: Shape, graph: FilterGraph)?
  private var depth = DepthScaler()
  private var previous: Shape?

  /// Size of the frames in pixels, once the first has come.
  var size: ImageSize? { first?.size }
  /// How often the size of the decoded pictures changed.
  private(set) var sizeChanges = 0
  /// How often their pixel format changed.
  private(set) var formatChanges = 0

  /// For frames of a stream with this display matrix; `rotate` replaces it.
  init(stream: Orientation, rotate: Int?, timeBase: Rational) {
    orientation = rotate.map(Orientation.init(clockwise:)) ?? stream
    ignoresFrameMatrix = rotate != nil
    self.timeBase = timeBase
  }

  /// Consumes `frame`; the result is owned by the caller.
  func normalise(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> UnsafeMutablePointer<AVFrame> {
    var frame = frame
    do {
      let isColourless = try prepare(&frame)
      let shape = shape(of: frame)
      countChanges(shape)
      let upright = shape.orientation.isTransposing
      let size = ImageSize(
        width: Int(upright ? shape.height : shape.width), height: Int(upright ? shape.width : shape.height))
      let target = first ?? (size, shape.isFullRange, Self.matrix(of: frame))
      first = target
      let isPlain = frame.pointee.format == AV_PIX_FMT_YUV420P.rawValue && shape.isFullRange == target.isFullRange
      let isUpsideDown = frame.pointee.linesize.0 < 0
      if !isPlain || isUpsideDown || size != target.size || shape.orientation != .upright {
        frame = try filter(frame, shape, to: target, scaling: !isPlain || size != target.size)
        frame.pointee.color_range = target.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        if !isColourless { frame.pointee.colorspace = target.matrix }
      }
      av_frame_remove_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX)
      return frame
    } catch {
      Self.free(frame)
      throw error
    }
  }

  /// Settles formats that libswscale would treat otherwise; whether the picture has no colour.
  private func prepare(_ frame: inout UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Bool {
    let format = AVPixelFormat(frame.pointee.format)
    if DepthScaler.handles(format) {
      let converted = try depth.convert(frame)
      Self.free(frame)
      frame = converted
      return true
    }
    switch format {
    case AV_PIX_FMT_YUVJ420P: frame.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    case AV_PIX_FMT_YUVJ422P: frame.pointee.format = AV_PIX_FMT_YUV422P.rawValue
    case AV_PIX_FMT_YUVJ444P: frame.pointee.format = AV_PIX_FMT_YUV444P.rawValue
    case AV_PIX_FMT_YUVJ440P: frame.pointee.format = AV_PIX_FMT_YUV440P.rawValue
    case AV_PIX_FMT_YUVJ411P: frame.pointee.format = AV_PIX_FMT_YUV411P.rawValue
    default:
      guard let description = av_pix_fmt_desc_get(format)?.pointee else { return false }
      let isRGB = description.flags & (UInt64(AV_PIX_FMT_FLAG_RGB) | UInt64(AV_PIX_FMT_FLAG_PAL)) != 0
      if isRGB {
        frame.pointee.color_range = AVCOL_RANGE_MPEG
      } else if description.nb_components < 3 {
        frame.pointee.color_range = AVCOL_RANGE_JPEG
        return true
      }
      return false
    }
    frame.pointee.color_range = AVCOL_RANGE_JPEG
    return false
  }

  private func shape(of frame: UnsafeMutablePointer<AVFrame>) -> Shape {
    Shape(
      width: frame.pointee.width, height: frame.pointee.height, format: frame.pointee.format,
      isFullRange: frame.pointee.color_range == AVCOL_RANGE_JPEG,
      orientation: ignoresFrameMatrix ? orientation : Orientation(frame) ?? orientation,
      isInterlaced: frame.pointee.interlaced_frame != 0)
  }

  private func countChanges(_ shape: Shape) {
    if let previous {
      if previous.width != shape.width || previous.height != shape.height { sizeChanges += 1 }
      if previous.format != shape.format { formatChanges += 1 }
    }
    previous = shape
  }

  /// The matrix that the output is in: the input's, or for RGB the one usual for its height.
  private static func matrix(of frame: UnsafeMutablePointer<AVFrame>) -> AVColorSpace {
    let description = av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format))
    let isRGB = (description?.pointee.flags ?? 0) & UInt64(AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
    guard isRGB else { return frame.pointee.colorspace }
    return frame.pointee.height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M
  }

  /// Consumes `frame`.
  private func filter(
    _ frame: UnsafeMutablePointer<AVFrame>, _ shape: Shape,
    to target: (size: ImageSize, isFullRange: Bool, matrix: AVColorSpace), scaling: Bool
  ) throws(VideoError) -> UnsafeMutablePointer<AVFrame> {
    if graph?.shape != shape {
      var filters = shape.orientation.filters
      if scaling {
        let matrix = ColourMatrix(target.matrix, height: target.size.height).filterName
        let input = ColourMatrix(frame.pointee.colorspace, height: Int(shape.height)).filterName
        filters.append(
          "scale=w=\(target.size.width):h=\(target.size.height):interl=\(shape.isInterlaced ? 1 : 0)"
            + ":in_range=\(shape.isFullRange ? "pc" : "tv"):out_range=\(target.isFullRange ? "pc" : "tv")"
            + ":in_color_matrix=\(input):out_color_matrix=\(matrix):flags=bicubic+accurate_rnd+full_chroma_int")
      }
      filters.append("format=yuv420p")
      graph = (shape, try FilterGraph(filters.joined(separator: ","), like: frame, timeBase: timeBase))
    }
    try graph?.graph.push(frame)
    guard let output = try graph?.graph.pull() else {
      throw VideoError(operation: "filter", input: "frame", code: .invalidData)
    }
    let result = output.pointee.linesize.0 < 0 ? try Self.topDown(output) : output
    Self.free(frame)
    return result
  }

  /// A copy whose rows lie in memory from top to bottom. Consumes `frame`.
  private static func topDown(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError)
    -> UnsafeMutablePointer<AVFrame>
  {
    defer { free(frame) }
    let output = try VideoError.allocated(av_frame_alloc(), "frame")
    output.pointee.format = frame.pointee.format
    output.pointee.width = frame.pointee.width
    output.pointee.height = frame.pointee.height
    do {
      try VideoError.check("allocate", "frame") { av_frame_get_buffer(output, 0) }
      try VideoError.check("copy", "frame") { av_frame_copy(output, frame) }
      try VideoError.check("copy", "frame") { av_frame_copy_props(output, frame) }
    } catch {
      free(output)
      throw error
    }
    return output
  }

  private static func free(_ frame: UnsafeMutablePointer<AVFrame>) {
    var frame: UnsafeMutablePointer<AVFrame>? = frame
    av_frame_free(&frame)
  }
}

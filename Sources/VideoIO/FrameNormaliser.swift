import CFFmpeg
import Kapao

/// Turns whatever a decoder gives into upright 8-bit YUV 4:2:0 of one size, the first frame's.
///
/// Frames that are so already pass untouched. The range (TV or full) and matrix of the first frame are kept; RGB
/// becomes TV range in the matrix usual for its height, grey becomes full range, so that its values stay. High dynamic
/// range and wide colour become BT.709, unless they are to be kept.
final class FrameNormaliser {
  private struct Shape: Hashable {
    let width: Int32
    let height: Int32
    let format: Int32
    let isFullRange: Bool
    let orientation: Orientation
    let isInterlaced: Bool
    let wideColour: WideColour?
  }

  private let orientation: Orientation
  private let ignoresFrameMatrix: Bool
  private let hdr: ReaderOptions.HDR
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
  init(stream: Orientation, rotate: Int?, hdr: ReaderOptions.HDR, timeBase: Rational) {
    self.hdr = hdr
    orientation = rotate.map(Orientation.init(clockwise:)) ?? stream
    ignoresFrameMatrix = rotate != nil
    self.timeBase = timeBase
  }

  /// The frame as it is to be.
  func normalise(_ frame: consuming Owned<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let isColourless = try prepare(&frame)
    let shape = shape(of: frame.native)
    countChanges(shape)
    let upright = shape.orientation.isTransposing
    let size = ImageSize(
      width: Int(upright ? shape.height : shape.width), height: Int(upright ? shape.width : shape.height))
    let isConverted = shape.wideColour != nil
    let target =
      first ?? (size, !isConverted && shape.isFullRange, isConverted ? AVCOL_SPC_BT709 : Self.matrix(of: frame.native))
    first = target
    let isPlain = frame.native.pointee.format == AV_PIX_FMT_YUV420P.rawValue && shape.isFullRange == target.isFullRange
    let isUpsideDown = frame.native.pointee.linesize.0 < 0
    if !isPlain || isUpsideDown || size != target.size || shape.orientation != .upright || isConverted {
      let hasOtherColour =
        isConverted ? target.isFullRange || target.matrix != AVCOL_SPC_BT709 : !isPlain
      frame = try filter(frame.native, shape, to: target, scaling: hasOtherColour || size != target.size)
      if isConverted { WideColour.describe(frame.native) }
      frame.native.pointee.color_range = target.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
      if !isColourless { frame.native.pointee.colorspace = target.matrix }
    }
    av_frame_remove_side_data(frame.native, AV_FRAME_DATA_DISPLAYMATRIX)
    return frame
  }

  /// Settles formats that libswscale would treat otherwise; whether the picture has no colour.
  private func prepare(_ owner: inout Owned<AVFrame>) throws(VideoError) -> Bool {
    let format = AVPixelFormat(owner.native.pointee.format)
    if DepthScaler.handles(format) {
      owner = try depth.convert(owner.native)
      return true
    }
    let frame = owner.native
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
      isInterlaced: cffmpeg_frame_is_interlaced(frame) != 0, wideColour: hdr == .keep ? nil : WideColour(frame))
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

  private func filter(
    _ frame: UnsafeMutablePointer<AVFrame>, _ shape: Shape,
    to target: (size: ImageSize, isFullRange: Bool, matrix: AVColorSpace), scaling: Bool
  ) throws(VideoError) -> Owned<AVFrame> {
    if graph?.shape != shape {
      if shape.wideColour != nil, !WideColour.isAvailable {
        throw VideoError(
          operation: "convert", input: "HDR", code: .filterNotFound,
          detail: "libavfilter has no zscale; --hdr keep takes the numbers as they are")
      }
      var filters = (shape.wideColour?.filters ?? []) + shape.orientation.filters
      let isFullRange = shape.wideColour == nil && shape.isFullRange
      if scaling {
        let matrix = ColourMatrix(target.matrix, height: target.size.height).filterName
        let space = shape.wideColour == nil ? frame.pointee.colorspace : AVCOL_SPC_BT709
        let input = ColourMatrix(space, height: Int(shape.height)).filterName
        filters.append(
          "scale=w=\(target.size.width):h=\(target.size.height):interl=\(shape.isInterlaced ? 1 : 0)"
            + ":in_range=\(isFullRange ? "pc" : "tv"):out_range=\(target.isFullRange ? "pc" : "tv")"
            + ":in_color_matrix=\(input):out_color_matrix=\(matrix):flags=bicubic+accurate_rnd+full_chroma_int")
      }
      filters.append("format=yuv420p")
      graph = (
        shape,
        try FilterGraph(
          filters.joined(separator: ","), like: frame, timeBase: timeBase,
          threads: shape.wideColour == nil ? 1 : 2)
      )
    }
    try graph?.graph.push(frame)
    guard let output = try graph?.graph.pull() else {
      throw VideoError(operation: "filter", input: "frame", code: .invalidData)
    }
    return output.native.pointee.linesize.0 < 0 ? try Self.topDown(output.native) : output
  }

  /// A copy whose rows lie in memory from top to bottom.
  private static func topDown(_ frame: UnsafeMutablePointer<AVFrame>) throws(VideoError) -> Owned<AVFrame> {
    let output = try Owned.new(
      like: frame, format: frame.pointee.format, width: frame.pointee.width, height: frame.pointee.height)
    let copy = output.native
    try VideoError.check("copy", "frame") { av_frame_copy(copy, frame) }
    return output
  }
}

import CFFmpeg
import Kapao

/// Scales frames straight from their YUV into the network's RGB input.
///
/// Scaling is bilinear at pixel centres: of libswscale's fast ways the nearest to OpenCV's `INTER_LINEAR`, which the
/// official code uses. (`FAST_BILINEAR` is off by up to half a pixel. Full interpolation of chroma would bring colours
/// two levels nearer and take half as much time again.) Matrix and range are the frame's. One object serves one stage:
/// the scaler and its buffers are made for the first frame and reused.
public final class Letterboxer: @unchecked Sendable {
  // @unchecked: used by one stage only.

  private struct Shape: Equatable {
    let source: ImageSize
    let content: ImageSize
    let isFullRange: Bool
    let matrix: ColourMatrix
  }

  private let flags: Int32
  private var scaler: OpaquePointer?
  private var shape: Shape?
  private var rows: [UInt8] = []

  /// A letterboxer for frames of any size; it adapts to what it is given.
  public convenience init() {
    self.init(flags: SWS_BILINEAR)
  }

  package init(flags: Int32) {
    self.flags = flags
  }

  deinit {
    sws_freeContext(scaler)
  }

  /// Fills the content of `image` with the scaled frame. The padding around it is left as it is.
  ///
  /// - Throws: ``VideoError`` when the frame is not of the size that the image's letterbox was made for, or memory
  ///   runs out.
  public func prepare(_ frame: VideoFrame, into image: LetterboxedImage) throws(VideoError) {
    let letterbox = image.letterbox
    guard frame.size == letterbox.source else {
      throw VideoError(
        operation: "scale", input: "frame", code: .invalidData,
        detail: "a frame of \(frame.size) for a letterbox of \(letterbox.source)")
    }
    try adapt(
      to: Shape(
        source: frame.size, content: letterbox.content, isFullRange: frame.isFullRange, matrix: frame.colourMatrix))
    let stride = letterbox.input.width * 3
    let start = letterbox.top * stride + letterbox.left * 3
    // libswscale's vector code may write past the end of a row: such rows are scaled aside and copied.
    if letterbox.content.width % 32 == 0 {
      image.pixels.withUnsafeMutableBufferPointer { pixels in
        guard let base = pixels.baseAddress else { return }
        scale(frame, to: base + start, stride: stride)
      }
      return
    }
    let aside = (letterbox.content.width * 3 + 127) / 64 * 64
    if rows.count != aside * letterbox.content.height + 64 {
      rows = [UInt8](repeating: 0, count: aside * letterbox.content.height + 64)
    }
    rows.withUnsafeMutableBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      scale(frame, to: base, stride: aside)
      image.pixels.withUnsafeMutableBufferPointer { pixels in
        for y in 0..<letterbox.content.height {
          (pixels.baseAddress! + start + y * stride).update(from: base + y * aside, count: letterbox.content.width * 3)
        }
      }
    }
  }

  private func scale(_ frame: VideoFrame, to target: UnsafeMutablePointer<UInt8>, stride: Int) {
    let native = frame.native.pointee
    let planes = [native.data.0, native.data.1, native.data.2, nil].map { $0.map { UnsafePointer($0) } }
    let strides = [native.linesize.0, native.linesize.1, native.linesize.2, 0]
    _ = sws_scale(scaler, planes, strides, 0, native.height, [target, nil, nil, nil], [Int32(stride), 0, 0, 0])
  }

  private func adapt(to shape: Shape) throws(VideoError) {
    guard shape != self.shape else { return }
    LibavLog.install()
    self.shape = nil
    sws_freeContext(scaler)
    scaler = sws_getContext(
      Int32(shape.source.width), Int32(shape.source.height), AV_PIX_FMT_YUV420P, Int32(shape.content.width),
      Int32(shape.content.height), AV_PIX_FMT_RGB24, flags, nil, nil, nil)
    guard scaler != nil else {
      throw VideoError(operation: "scale", input: "frame", code: .outOfMemory)
    }
    let coefficients = sws_getCoefficients(shape.matrix.scalerCoefficients)
    sws_setColorspaceDetails(
      scaler, coefficients, shape.isFullRange ? 1 : 0, coefficients, 1, 0, 1 << 16, 1 << 16)
    self.shape = shape
  }
}

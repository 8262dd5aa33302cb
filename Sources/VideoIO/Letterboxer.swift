import CKernels
import Kapao

/// Scales frames straight from their YUV into the network's RGB input.
///
/// Enlarging is bilinear at pixel centres, as OpenCV's `INTER_LINEAR`, which the official code uses; reducing takes the
/// mean of all pixels under a triangle that is twice as wide as the scale, so that nothing is skipped. Chroma is
/// interpolated for every pixel of the output. Matrix and range are the frame's. One object serves one stage: filters
/// and buffers are made for the first frame and reused.
package final class Letterboxer: @unchecked Sendable {
  // @unchecked: used by one stage only.

  private let vectorLevel: Int
  private var scaler: LetterboxScaler?

  /// A letterboxer for frames of any size; it adapts to what it is given.
  package convenience init() {
    self.init(vectorLevel: Int(kapao_vector_level()))
  }

  /// `vectorLevel` limits the vector instructions: 2 is AVX-512, 1 AVX2, 0 neither. The pixels do not depend on it.
  package init(vectorLevel: Int) {
    self.vectorLevel = vectorLevel
  }

  /// Fills the content of `image` with the scaled frame. The padding around it is left as it is.
  ///
  /// - Throws: ``VideoError`` when the frame is not of the size that the image's letterbox was made for.
  package func prepare(_ frame: VideoFrame, into image: LetterboxedImage) throws(VideoError) {
    let letterbox = image.letterbox
    guard frame.size == letterbox.source else {
      throw VideoError(
        operation: "scale", input: "frame", code: .invalidData,
        detail: "a frame of \(frame.size) for a letterbox of \(letterbox.source)")
    }
    let region = letterbox.region
    let shape = LetterboxScaler.Shape(
      source: ImageSize(width: region.width, height: region.height), content: letterbox.content,
      isFullRange: frame.isFullRange, matrix: frame.colourMatrix)
    let scaler = scaler(for: shape)
    let stride = letterbox.input.width * 3
    image.pixels.withUnsafeMutableBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      scaler.scale(
        frame, x: region.x, y: region.y, to: base + letterbox.top * stride + letterbox.left * 3, stride: stride)
    }
  }

  private func scaler(for shape: LetterboxScaler.Shape) -> LetterboxScaler {
    if let scaler, scaler.shape == shape { return scaler }
    let made = LetterboxScaler(shape, vectorLevel: vectorLevel)
    scaler = made
    return made
  }
}

/// Filters, colour matrix and working memory for scaling frames of one shape to RGB.
///
/// A chroma sample lies in the middle of the four pixels that it covers, as in JPEG, as Render blends and as libswscale
/// has it. (MPEG-2's is half a pixel further left, too little for a network to see.)
final class LetterboxScaler {
  /// What the scaling depends on.
  struct Shape: Equatable {
    let source: ImageSize
    let content: ImageSize
    let isFullRange: Bool
    let matrix: ColourMatrix
  }

  let shape: Shape
  private let vectorLevel: Int
  private let filters: [ScalingFilter]
  private let native: kapao_letterbox
  private var rows: [Int16]

  /// `vectorLevel` limits the vector instructions, as `kapao_vector_level` numbers them.
  init(_ shape: Shape, vectorLevel: Int) {
    self.shape = shape
    self.vectorLevel = vectorLevel
    let (source, content) = (shape.source, shape.content)
    let chroma = ImageSize(width: (source.width + 1) / 2, height: (source.height + 1) / 2)
    let filters = [
      ScalingFilter(samples: source.width, extent: Double(source.width), count: content.width, .columns),
      ScalingFilter(samples: source.height, extent: Double(source.height), count: content.height, .rows),
      ScalingFilter(samples: chroma.width, extent: Double(source.width) / 2, count: content.width, .columns),
      ScalingFilter(samples: chroma.height, extent: Double(source.height) / 2, count: content.height, .rows),
    ]
    self.filters = filters
    rows = [Int16](repeating: 0, count: source.width + filters[0].taps + 2 * (chroma.width + filters[2].taps))
    let (red, blue) = (shape.matrix.red, shape.matrix.blue)
    let green = 1 - red - blue
    func chromaStep(_ weight: Double) -> Int16 {
      Int16((weight * (shape.isFullRange ? 1 : 255 / 224) * 8192).rounded())
    }
    native = kapao_letterbox(
      width: Int32(content.width), height: Int32(content.height), luma_columns: filters[0].native,
      luma_rows: filters[1].native, chroma_columns: filters[2].native, chroma_rows: filters[3].native,
      black: shape.isFullRange ? 0 : 16 << 7,
      luma: Int16(((shape.isFullRange ? 1 : 255 / 219) * 16384.0).rounded()), red_v: chromaStep(2 * (1 - red)),
      green_u: chromaStep(-2 * blue * (1 - blue) / green), green_v: chromaStep(-2 * red * (1 - red) / green),
      blue_u: chromaStep(2 * (1 - blue)))
  }

  /// Scales a part of a frame, of the size of the shape's source and beginning at even pixels, to the shape's content:
  /// `target` is its first pixel, `stride` the bytes from row to row.
  func scale(_ frame: VideoFrame, x: Int, y: Int, to target: UnsafeMutablePointer<UInt8>, stride: Int) {
    let picture = frame.native.pointee
    let strides = [picture.linesize.0, picture.linesize.1, picture.linesize.2].map { Int($0) }
    var planes = kapao_yuv420(
      y: picture.data.0?.advanced(by: y * strides[0] + x),
      u: picture.data.1?.advanced(by: y / 2 * strides[1] + x / 2),
      v: picture.data.2?.advanced(by: y / 2 * strides[2] + x / 2), y_stride: strides[0],
      u_stride: strides[1], v_stride: strides[2], width: Int32(shape.source.width), height: Int32(shape.source.height))
    withUnsafePointer(to: native) { native in
      rows.withUnsafeMutableBufferPointer { rows in
        kapao_letterbox_scale(native, &planes, Int32(vectorLevel), rows.baseAddress, target, stride)
      }
    }
  }
}

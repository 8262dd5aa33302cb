import CKernels
import Kapao

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

  /// Scales a frame of the shape's source to the shape's content: `target` is its first pixel, `stride` the bytes from row
  /// to row.
  func scale(_ frame: VideoFrame, to target: UnsafeMutablePointer<UInt8>, stride: Int) {
    let picture = frame.native.pointee
    var planes = kapao_yuv420(
      y: picture.data.0, u: picture.data.1, v: picture.data.2, y_stride: Int(picture.linesize.0),
      u_stride: Int(picture.linesize.1), v_stride: Int(picture.linesize.2), width: picture.width,
      height: picture.height)
    withUnsafePointer(to: native) { native in
      rows.withUnsafeMutableBufferPointer { rows in
        kapao_letterbox_scale(native, &planes, Int32(vectorLevel), rows.baseAddress, target, stride)
      }
    }
  }
}

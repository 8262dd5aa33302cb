import CKernels
import Kapao

/// Scales frames straight from their YUV into the network's RGB input.
///
/// Enlarging is bilinear at pixel centres, as OpenCV's `INTER_LINEAR`, which the official code uses; reducing takes the
/// mean of all pixels under a triangle that is twice as wide as the scale, so that nothing is skipped. Chroma is
/// interpolated for every pixel of the output. Matrix and range are the frame's. One object serves one stage: filters
/// and buffers are made for the first frame and reused.
public final class Letterboxer: @unchecked Sendable {
  // @unchecked: used by one stage only.

  private let vectorLevel: Int
  private var scaler: LetterboxScaler?

  /// A letterboxer for frames of any size; it adapts to what it is given.
  public convenience init() {
    self.init(vectorLevel: Int(kapao_vector_level()))
  }

  /// `vectorLevel` limits the vector instructions: 2 is AVX-512, 1 AVX2, 0 neither. The pixels do not depend on it.
  package init(vectorLevel: Int) {
    self.vectorLevel = vectorLevel
  }

  /// Fills the content of `image` with the scaled frame. The padding around it is left as it is.
  ///
  /// - Throws: ``VideoError`` when the frame is not of the size that the image's letterbox was made for.
  public func prepare(_ frame: VideoFrame, into image: LetterboxedImage) throws(VideoError) {
    let letterbox = image.letterbox
    guard frame.size == letterbox.source else {
      throw VideoError(
        operation: "scale", input: "frame", code: .invalidData,
        detail: "a frame of \(frame.size) for a letterbox of \(letterbox.source)")
    }
    let shape = LetterboxScaler.Shape(
      source: frame.size, content: letterbox.content, isFullRange: frame.isFullRange, matrix: frame.colourMatrix)
    let scaler = scaler(for: shape)
    let stride = letterbox.input.width * 3
    image.pixels.withUnsafeMutableBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      scaler.scale(frame, to: base + letterbox.top * stride + letterbox.left * 3, stride: stride)
    }
  }

  private func scaler(for shape: LetterboxScaler.Shape) -> LetterboxScaler {
    if let scaler, scaler.shape == shape { return scaler }
    let made = LetterboxScaler(shape, vectorLevel: vectorLevel)
    scaler = made
    return made
  }
}

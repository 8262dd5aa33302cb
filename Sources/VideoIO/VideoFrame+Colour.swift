import CFFmpeg

extension VideoFrame {
  /// Whether black is 0 and white 255, instead of 16 and 235.
  public var isFullRange: Bool { native.pointee.color_range == AVCOL_RANGE_JPEG }

  /// The matrix between RGB and the frame's YUV.
  public var colourMatrix: ColourMatrix { ColourMatrix(native.pointee.colorspace, height: size.height) }

  /// An RGB colour (0…255 each) in the frame's own matrix and range.
  public func yuv(red: UInt8, green: UInt8, blue: UInt8) -> (y: UInt8, u: UInt8, v: UInt8) {
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

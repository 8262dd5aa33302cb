/// An RGB picture of floats 0…1, row by row, as test-time augmentation feeds it to the network.
public struct FloatImage: Sendable {
  /// Size in pixels.
  public let size: ImageSize
  /// `height` × `width` × 3 values.
  public var pixels: [Float]

  /// A picture of one value.
  public init(size: ImageSize, repeating value: Float = 0) {
    self.size = size
    pixels = [Float](repeating: value, count: size.width * size.height * 3)
  }
}

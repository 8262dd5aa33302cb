/// How an image is fitted into the network's input: scaled so that its longest side is `size`, then padded
/// symmetrically with grey (114) to a multiple of the largest stride.
///
/// Sizes are rounded half to even; half a pixel of padding goes to the right and below, as in the official code.
public struct Letterbox: Hashable, Sendable {
  /// The grey of the padding, 0…255.
  public static let padding: UInt8 = 114

  /// Size of the image before scaling.
  public let source: ImageSize
  /// Size of the whole network input.
  public let input: ImageSize
  /// Size of the scaled image inside the input.
  public let content: ImageSize
  /// Columns of padding to the left of the content.
  public let left: Int
  /// Rows of padding above the content.
  public let top: Int

  /// Fits `source` so that its longest side becomes `size` pixels (rounded up to a multiple of `stride`, as the
  /// official code does), with both sides of the input padded to a multiple of `stride`.
  public init(source: ImageSize, size: Int, stride: Int = 64) {
    let side = Self.padded(size, to: stride)
    let content = Self.scaled(source, into: ImageSize(width: side, height: side))
    self.init(
      source: source,
      input: ImageSize(
        width: Self.padded(content.width, to: stride), height: Self.padded(content.height, to: stride)),
      content: content)
  }

  /// Fits `source` into an input of a given size.
  public init(source: ImageSize, input: ImageSize) {
    self.init(source: source, input: input, content: Self.scaled(source, into: input))
  }

  private init(source: ImageSize, input: ImageSize, content: ImageSize) {
    self.source = source
    self.input = input
    self.content = content
    left = Self.leading(Double(input.width - content.width) / 2)
    top = Self.leading(Double(input.height - content.height) / 2)
  }

  private static func scaled(_ source: ImageSize, into input: ImageSize) -> ImageSize {
    let ratio = min(
      Double(input.width) / Double(source.width), Double(input.height) / Double(source.height))
    return ImageSize(
      width: max(1, Int((Double(source.width) * ratio).rounded(.toNearestOrEven))),
      height: max(1, Int((Double(source.height) * ratio).rounded(.toNearestOrEven))))
  }

  private static func padded(_ side: Int, to stride: Int) -> Int { (side + stride - 1) / stride * stride }

  private static func leading(_ half: Double) -> Int { Int((half - 0.1).rounded(.toNearestOrEven)) }

  /// Scale from source to input pixels as the official `scale_coords` recomputes it from the two sizes.
  public var gain: Float {
    Float(
      min(
        Double(input.width) / Double(source.width), Double(input.height) / Double(source.height)))
  }
}

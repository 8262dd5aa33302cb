/// How an image, or a part of it, is fitted into the network's input: scaled so that its longest side is `size`, then
/// padded symmetrically with grey (114) to a multiple of the largest stride.
///
/// Sizes are rounded half to even; half a pixel of padding goes to the right and below, as in the official code.
package struct Letterbox: Hashable, Sendable {
  /// The grey of the padding, 0…255.
  package static let padding: UInt8 = 114

  /// Size of the image before scaling.
  package let source: ImageSize
  /// The part of the image that is scaled: all of it, or a crop.
  package let region: PixelRectangle
  /// Size of the whole network input.
  package let input: ImageSize
  /// Size of the scaled part inside the input.
  package let content: ImageSize
  /// Columns of padding to the left of the content.
  package let left: Int
  /// Rows of padding above the content.
  package let top: Int
  private let isCrop: Bool

  /// Fits `source` so that its longest side becomes `size` pixels (rounded up to a multiple of `stride`, as the
  /// official code does), with both sides of the input padded to a multiple of `stride`, or with `isSquare` to a square,
  /// as the official evaluation does.
  package init(source: ImageSize, size: Int, isSquare: Bool = false, stride: Int = 64) {
    let side = Self.padded(size, to: stride)
    let square = ImageSize(width: side, height: side)
    let content = Self.scaled(source, into: square)
    self.init(
      source: source,
      input: isSquare
        ? square
        : ImageSize(width: Self.padded(content.width, to: stride), height: Self.padded(content.height, to: stride)),
      content: content)
  }

  /// Fits `source` into an input of a given size.
  package init(source: ImageSize, input: ImageSize) {
    self.init(source: source, input: input, content: Self.scaled(source, into: input))
  }

  private init(source: ImageSize, input: ImageSize, content: ImageSize) {
    self.source = source
    region = PixelRectangle(x: 0, y: 0, width: source.width, height: source.height)
    self.input = input
    self.content = content
    left = Self.leading(Double(input.width - content.width) / 2)
    top = Self.leading(Double(input.height - content.height) / 2)
    isCrop = false
  }

  /// Fits the surroundings of `box`, in pixels of `source`, into an input of a given size: a rectangle of the input's
  /// shape with the box in its middle, whose longer side is `margin` times the box's longer side. What of it lies outside
  /// the image is padded. `nil` for a box without area, or outside the image.
  package init?(source: ImageSize, around box: Box, margin: Double, input: ImageSize) {
    let clipped = box.clipped(width: source.width, height: source.height)
    let longer = Double(max(box.width, box.height)) * margin
    guard clipped.width >= 1, clipped.height >= 1, longer < 1e6 else { return nil }
    let scale = Double(max(input.width, input.height)) / longer
    // Chroma has half the resolution: crops begin at even pixels.
    func even(_ value: Double) -> Int { 2 * Int((value / 2).rounded()) }
    let x = even(Double(box.x1 + box.x2) / 2 - Double(input.width) / scale / 2)
    let y = even(Double(box.y1 + box.y2) / 2 - Double(input.height) / scale / 2)
    let right = min(source.width, x + Int((Double(input.width) / scale).rounded()))
    let bottom = min(source.height, y + Int((Double(input.height) / scale).rounded()))
    let region = PixelRectangle(x: max(0, x), y: max(0, y), width: right - max(0, x), height: bottom - max(0, y))
    guard region.width > 0, region.height > 0 else { return nil }
    let left = min(input.width - 1, Int((Double(region.x - x) * scale).rounded()))
    let top = min(input.height - 1, Int((Double(region.y - y) * scale).rounded()))
    isCrop = true
    self.source = source
    self.region = region
    self.input = input
    self.left = left
    self.top = top
    content = ImageSize(
      width: min(input.width - left, max(1, Int((Double(region.width) * scale).rounded()))),
      height: min(input.height - top, max(1, Int((Double(region.height) * scale).rounded()))))
  }

  /// Pixels of the input for one of the source.
  package var scale: Float { Float(content.width) / Float(region.width) }

  private static func scaled(_ source: ImageSize, into input: ImageSize) -> ImageSize {
    let ratio = min(
      Double(input.width) / Double(source.width), Double(input.height) / Double(source.height))
    return ImageSize(
      width: max(1, Int((Double(source.width) * ratio).rounded(.toNearestOrEven))),
      height: max(1, Int((Double(source.height) * ratio).rounded(.toNearestOrEven))))
  }

  private static func padded(_ side: Int, to stride: Int) -> Int { (side + stride - 1) / stride * stride }

  private static func leading(_ half: Double) -> Int { Int((half - 0.1).rounded(.toNearestOrEven)) }

  /// A point of the input in pixels of the source. For the whole image, scale and padding are recomputed from the two
  /// sizes, as the official `scale_coords` does.
  package func sourcePoint(x: Float, y: Float) -> (x: Float, y: Float) {
    guard !isCrop else {
      return (
        Float(region.x) + (x - Float(left)) * Float(region.width) / Float(content.width),
        Float(region.y) + (y - Float(top)) * Float(region.height) / Float(content.height)
      )
    }
    let gain = Float(
      min(Double(input.width) / Double(source.width), Double(input.height) / Double(source.height)))
    let padX = (Float(input.width) - Float(source.width) * gain) / 2
    let padY = (Float(input.height) - Float(source.height) * gain) / 2
    return ((x - padX) / gain, (y - padY) / gain)
  }
}

/// A rectangle of whole pixels of an image.
package struct PixelRectangle: Hashable, Sendable {
  /// First column.
  package var x: Int
  /// First row.
  package var y: Int
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// A rectangle in pixels.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

/// The network's input picture: 8-bit RGB, row by row, already scaled and padded.
///
/// One object is reused for frame after frame; whoever holds it owns its content.
package final class LetterboxedImage: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  /// How the source image was fitted.
  package private(set) var letterbox: Letterbox
  /// `input.height` × `input.width` × 3 bytes, RGB.
  package var pixels: [UInt8]

  /// An all-grey input of the letterbox's size.
  package init(letterbox: Letterbox) {
    self.letterbox = letterbox
    pixels = [UInt8](repeating: Letterbox.padding, count: letterbox.input.width * letterbox.input.height * 3)
  }

  /// Makes it ready for another image, or another part of one, in an input of the same size: all grey.
  package func reset(to letterbox: Letterbox) {
    precondition(letterbox.input == self.letterbox.input, "the network's input keeps its size")
    self.letterbox = letterbox
    guard letterbox.content != letterbox.input else { return }
    pixels.withUnsafeMutableBufferPointer { $0.update(repeating: Letterbox.padding) }
  }

  /// Exchanges left and right, padding included.
  package func mirror() {
    let width = letterbox.input.width
    pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<letterbox.input.height {
        var (left, right) = (row * width * 3, ((row + 1) * width - 1) * 3)
        while left < right {
          for channel in 0..<3 { pixels.swapAt(left + channel, right + channel) }
          left += 3
          right -= 3
        }
      }
    }
  }
}

/// An RGB picture of floats 0…1, row by row, as test-time augmentation feeds it to the network.
package struct FloatImage: Sendable {
  /// Size in pixels.
  package let size: ImageSize
  /// `height` × `width` × 3 values.
  package var pixels: [Float]

  /// A picture of one value.
  package init(size: ImageSize, repeating value: Float = 0) {
    self.size = size
    pixels = [Float](repeating: value, count: size.width * size.height * 3)
  }
}

/// Width and height in pixels.
public struct ImageSize: Hashable, Sendable, CustomStringConvertible {
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int

  /// A size in pixels.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// For example `1920x1080`.
  public var description: String { "\(width)x\(height)" }
}

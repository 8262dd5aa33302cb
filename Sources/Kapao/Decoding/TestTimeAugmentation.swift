/// Test-time augmentation: the image is passed through the network at several scales, flipped or not, and all
/// predictions are suppressed and fused together (section 4 of the paper).
public struct TestTimeAugmentation: Hashable, Sendable {
  /// One pass.
  package struct Pass: Hashable, Sendable {
    /// Size relative to the network's input.
    package let scale: Double
    /// Whether the image is flipped left to right.
    package let flips: Bool

    /// A pass.
    package init(scale: Double, flips: Bool) {
      self.scale = scale
      self.flips = flips
    }
  }

  /// The settings of the official evaluation.
  public static let official = TestTimeAugmentation([
    Pass(scale: 0.8, flips: false), Pass(scale: 1, flips: true), Pass(scale: 1.2, flips: false),
  ])

  /// The passes, at least one, in the order in which their predictions are joined.
  package let passes: [Pass]

  /// Augmentation by passes, of which there has to be one at least.
  package init(_ passes: [Pass]) {
    precondition(!passes.isEmpty)
    self.passes = passes
  }

  /// Grey that fills a scaled image up to a multiple of the largest stride (ImageNet's mean).
  private static let padding: Float = 0.447

  /// Size of the picture that a pass feeds to the network.
  package static func inputSize(of pass: Pass, input: ImageSize, stride: Int = 64) -> ImageSize {
    let content = contentSize(of: pass, input: input)
    guard pass.scale != 1 else { return input }
    func padded(_ side: Int) -> Int { (side + stride - 1) / stride * stride }
    return ImageSize(width: padded(content.width), height: padded(content.height))
  }

  /// How a pass's predictions map back.
  package static func transform(of pass: Pass, input: ImageSize) -> HeadDecoder.Transform {
    HeadDecoder.Transform(scale: Float(pass.scale), flippedWidth: pass.flips ? Float(input.width) : nil)
  }

  /// The picture that a pass feeds to the network: flipped, resized bilinearly between pixel centres without
  /// antialiasing, padded right and below.
  package static func picture(of pass: Pass, image: LetterboxedImage) -> FloatImage {
    let input = image.letterbox.input
    let content = contentSize(of: pass, input: input)
    var result = FloatImage(size: inputSize(of: pass, input: input), repeating: padding)
    let columns = taps(from: input.width, to: content.width)
    let rows = taps(from: input.height, to: content.height)
    for (y, row) in rows.enumerated() {
      for (x, column) in columns.enumerated() {
        for channel in 0..<3 {
          func value(_ row: Int, _ column: Int) -> Float {
            let column = pass.flips ? input.width - 1 - column : column
            return Float(image.pixels[(row * input.width + column) * 3 + channel]) / 255
          }
          let above = value(row.low, column.low) * (1 - column.weight) + value(row.low, column.high) * column.weight
          let below = value(row.high, column.low) * (1 - column.weight) + value(row.high, column.high) * column.weight
          result.pixels[(y * result.size.width + x) * 3 + channel] = above * (1 - row.weight) + below * row.weight
        }
      }
    }
    return result
  }

  private static func contentSize(of pass: Pass, input: ImageSize) -> ImageSize {
    ImageSize(width: Int(Double(input.width) * pass.scale), height: Int(Double(input.height) * pass.scale))
  }

  /// The two source pixels and the second one's weight for each target pixel of a side.
  private static func taps(from source: Int, to target: Int) -> [(low: Int, high: Int, weight: Float)] {
    let ratio = Float(source) / Float(target)
    return (0..<target).map { index in
      let position = max(0, (Float(index) + 0.5) * ratio - 0.5)
      let low = min(Int(position), source - 1)
      return (low, min(low + 1, source - 1), position - Float(low))
    }
  }
}

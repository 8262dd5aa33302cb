import Kapao

extension LetterboxedImage {
  /// A picture of random pixels that fills the input.
  convenience init(noiseOf size: ImageSize) {
    self.init(letterbox: Letterbox(source: size, input: size))
    var random = SplitMix64(state: 1)
    for index in pixels.indices { pixels[index] = UInt8(truncatingIfNeeded: random.next()) }
  }
}

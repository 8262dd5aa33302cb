/// The network's input picture: 8-bit RGB, row by row, already scaled and padded.
///
/// One object is reused for frame after frame; whoever holds it owns its content.
public final class LetterboxedImage: @unchecked Sendable {
  // @unchecked: handed from stage to stage, never used by two at a time.

  /// How the source image was fitted.
  public let letterbox: Letterbox
  /// `input.height` × `input.width` × 3 bytes, RGB.
  public var pixels: [UInt8]

  /// An all-grey input of the letterbox's size.
  public init(letterbox: Letterbox) {
    self.letterbox = letterbox
    pixels = [UInt8](repeating: Letterbox.padding, count: letterbox.input.width * letterbox.input.height * 3)
  }
}

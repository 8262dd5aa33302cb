import Kapao
import VideoIO

/// Reads a picture for the network.
enum StillImage {
  /// The first frame of an image or video, letterboxed.
  static func letterboxed(_ path: String, size: Int) throws -> LetterboxedImage {
    let reader = try VideoReader(path)
    defer { reader.close() }
    while let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      let image = LetterboxedImage(letterbox: Letterbox(source: frame.size, size: size))
      try Letterboxer().prepare(frame, into: image)
      return image
    }
    throw VideoError(
      operation: "read", input: path, code: .none, detail: "no picture in it", kind: .unusableInput)
  }
}

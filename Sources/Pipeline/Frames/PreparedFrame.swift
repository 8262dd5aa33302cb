import Kapao
import VideoIO

/// A frame with its letterboxed picture.
struct PreparedFrame: Sendable {
  let frame: VideoFrame
  let image: LetterboxedImage
}

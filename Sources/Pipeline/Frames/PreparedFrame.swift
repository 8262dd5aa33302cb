import Kapao
import VideoIO

/// A frame with its letterboxed picture.
struct PreparedFrame: Sendable {
  let frame: VideoFrame
  /// `nil` for a frame that nobody looks at.
  let image: LetterboxedImage?
}

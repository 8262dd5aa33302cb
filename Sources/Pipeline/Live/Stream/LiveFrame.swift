import Export
import Foundation
import Kapao
import VideoIO

/// What outputs are given: an annotated picture, on the stream's own line of time.
public struct LiveFrame: Sendable {
  /// The unit of time of all live pictures.
  public static let timeBase = Rational(1, 90_000)

  /// The picture with the poses drawn into it. Nobody changes it any more.
  public let frame: VideoFrame
  /// The poses, or `nil` for the picture that is shown while the source is away.
  public let record: FrameRecord?
  /// The sound that came with it.
  public let sound: LiveSound
  /// When it was made.
  public let date: Date
}

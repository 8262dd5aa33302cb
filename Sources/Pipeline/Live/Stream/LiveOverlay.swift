import Analysis
import Kapao
import Render
import VideoIO

/// What is measured and drawn in a live stream beside the poses; frames may change their size. Used by one stage.
final class LiveOverlay {
  private let settings: AnalysisOverlaySettings
  private let skeleton: Skeleton
  private let source: String
  private var current: (size: ImageSize, overlay: AnalysisOverlay)?
  /// Why there are no positions in frames of the present size.
  private(set) var problem: String?

  /// `nil` where nothing is to be done.
  init?(_ settings: LiveSettings, skeleton: Skeleton) {
    guard !settings.overlay.isEmpty else { return nil }
    self.settings = settings.overlay
    self.skeleton = skeleton
    source = settings.source.description
  }

  /// Changes the frame as far as it is to be under the drawing, and finds what is drawn over the poses.
  func prepare(_ people: [TrackedPose], in frame: VideoFrame, time: Double) throws -> AnalysisOverlay.Result {
    try overlay(for: frame.size).prepare(people, in: frame, time: time)
  }

  /// The way of a track over the last seconds, metres.
  func trail(of track: Int) -> [[Point2]] { current?.overlay.trail(of: track) ?? [] }

  private func overlay(for size: ImageSize) throws -> AnalysisOverlay {
    if let current, current.size == size { return current.overlay }
    var settings = settings
    problem = nil
    do {
      try settings.calibration?.require(size, of: source)
    } catch {
      // Whatever is wrong with the court, faces are not shown.
      problem = (error as? VideoError)?.detail ?? "\(error)"
      settings.calibration = nil
    }
    let overlay = try AnalysisOverlay(settings, skeleton: skeleton, size: size, input: source)
    current = (size, overlay)
    return overlay
  }
}

import Kapao
import Pipeline
import Render
import Tracking

/// One stream of a configuration.
public struct StreamConfiguration: Hashable, Sendable {
  /// The name: letters, digits, `-` and `_`.
  public var name: String
  /// Where it comes from.
  public var source: LiveSource
  /// Pictures a second that are looked at, at most.
  public var maximumRate: Double?
  /// Seconds without a picture before the source is connected again.
  public var stallTimeout = 5.0
  /// Set of thresholds; `nil` for the demo's with the model's own person confidence.
  public var preset: Preset?
  /// Confidence that a person must exceed; `nil` for the preset's.
  public var poseConfidence: Float?
  /// Which tracker tells people apart; `nil` for the preset's.
  public var tracker: TrackerChoice?
  /// The number of players, for the tracker of players.
  public var people = 2
  /// Which pictures are looked at; in the others people are moved on.
  public var detectEvery = DetectEvery.all
  /// How poses are smoothed: not at all, or by the one-euro filter.
  public var smoothing = Smoothing.none
  /// What is drawn.
  public var style = OverlayStyle()
  /// Where it goes, besides the web page.
  public var outputs: [OutputConfiguration] = []

  /// How people are told apart.
  var tracking: TrackingSettings {
    var tracking = TrackingSettings()
    tracking.tracker = tracker ?? (preset == .squash ? .players : .oks)
    tracking.players.players = people
    tracking.smoothing = smoothing
    tracking.detectEvery = detectEvery
    return tracking
  }

  /// The thresholds with a model.
  func thresholds(for model: Model) -> Thresholds {
    var thresholds = (preset ?? .demo).thresholds
    if preset == nil { thresholds.poseConfidence = model.poseConfidence ?? thresholds.poseConfidence }
    thresholds.poseConfidence = poseConfidence ?? thresholds.poseConfidence
    return thresholds
  }
}

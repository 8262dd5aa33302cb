import Kapao
import Render

/// How a live stream is read and drawn.
public struct LiveSettings: Sendable {
  /// The stream's name: letters, digits, `-` and `_`.
  public var name: String
  /// Where it comes from.
  public var source: LiveSource
  /// Thresholds of suppression and fusion.
  public var thresholds: Thresholds
  /// How people are told apart; smoothing is none or one-euro.
  public var tracking = TrackingSettings()
  /// Whether people are refined.
  public var refinement = Refinement.off
  /// What is drawn.
  public var style = OverlayStyle()
  /// What is measured, and what becomes of the frame under the drawing.
  package var overlay = AnalysisOverlaySettings()
  /// Whether the source's audio goes to the outputs that can hold it.
  public var carriesAudio = true
  /// Frames a second that are processed, at most; `nil` for as many as can be.
  public var maximumRate: Double?
  /// When a connection is given up and made again.
  package var rules = SupervisionRules()

  /// A stream with the usual settings.
  public init(name: String, source: LiveSource, thresholds: Thresholds) {
    self.name = name
    self.source = source
    self.thresholds = thresholds
    rules.endsWithInput = !source.isLive
    rules.isListener = source.isListener
  }
}

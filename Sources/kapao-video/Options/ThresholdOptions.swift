import ArgumentParser
import Kapao
import Pipeline

extension Preset: ExpressibleByArgument {}
extension PoseScoring: ExpressibleByArgument {}
extension BorderRule: ExpressibleByArgument {}

/// Thresholds of suppression and fusion: a preset, and every one of them by itself.
struct ThresholdOptions: ParsableArguments {
  @Option(
    help:
      "Set of thresholds: demo (the official demo's), paper (the evaluation's), confirmed (people are scored by their keypoint objects too), partial (only keypoints that a keypoint object confirmed); or one of the paper's video demos with its size and looks: shuffle, flash-mob, red-light, squash, depth. Default: what the model recommends, else demo (eval: paper)."
  )
  var preset: Preset?

  @Option(
    help:
      "A person's score: pose (the confidence of the pose object, as in the official code), or keypoints (that weighed by the keypoint objects that confirm it)."
  )
  var scoring: PoseScoring?

  @Option(help: "Confidence that a person must exceed (τ_cp).")
  var poseConfidence: Float?

  @Option(help: "Overlap (IoU) above which the weaker of two people is dropped (τ_bp).")
  var poseOverlap: Float?

  @Option(help: "Confidence that a keypoint object must reach (τ_ck).")
  var keypointConfidence: Float?

  @Option(help: "Overlap above which the weaker of two keypoint objects is dropped (τ_bk).")
  var keypointOverlap: Float?

  @Option(help: "Confidence that a person must exceed to be fused with keypoint objects (τ_fc).")
  var fusionConfidence: Float?

  @Option(help: "Distance in pixels within which a keypoint object is fused into a pose (τ_fd).")
  var fusionDistance: Float?

  @Option(
    help:
      "Weight of a pose object's own keypoint beside the keypoint object that is fused with it: 0 replaces it, as the official code does."
  )
  var fusionWeight: Float?

  @Flag(inversion: .prefixedNo, help: "Use keypoint objects at all.")
  var keypointObjects = true

  @Flag(help: "Draw and export only keypoints that a keypoint object confirmed.")
  var keypointObjectsOnly = false

  @Option(help: "Coordinates at the border: natural, or official (clipped as the official code does).")
  var border: BorderRule = .natural

  func validate() throws {
    var settings = AnalysisSettings()
    apply(to: &settings.detection)
    try settings.check()
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Detection) {
    settings.preset = preset
    settings.scoring = scoring
    settings.poseConfidence = poseConfidence
    settings.poseOverlap = poseOverlap
    settings.keypointConfidence = keypointConfidence
    settings.keypointOverlap = keypointOverlap
    settings.fusionConfidence = fusionConfidence
    settings.fusionDistance = fusionDistance
    settings.fusionWeight = fusionWeight
    settings.keypointObjects = keypointObjects ? nil : false
    settings.keypointObjectsOnly = keypointObjectsOnly ? true : nil
    settings.border = border
  }
}

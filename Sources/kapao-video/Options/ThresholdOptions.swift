import ArgumentParser
import Kapao

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
    let shares = [
      ("--pose-confidence", poseConfidence), ("--pose-overlap", poseOverlap),
      ("--keypoint-confidence", keypointConfidence), ("--keypoint-overlap", keypointOverlap),
      ("--fusion-confidence", fusionConfidence),
    ]
    for (name, value) in shares {
      if let value, !(0...1).contains(value) { throw ValidationError("\(name) must be between 0 and 1.") }
    }
    for (name, value) in [("--fusion-distance", fusionDistance), ("--fusion-weight", fusionWeight)] {
      if let value, !(value >= 0 && value.isFinite) { throw ValidationError("\(name) must be a number from 0.") }
    }
  }

  /// The thresholds for drawing and export: where the user names no preset, those that the model recommends.
  func thresholds(for model: Model) -> Thresholds { changed((preset ?? model.preset ?? .demo).thresholds) }

  /// The thresholds for measuring accuracy: where the user names no preset, those that the model recommends, but people of
  /// every score are measured, with the paper's overlap.
  func forEvaluation(of model: Model) -> Thresholds {
    var thresholds = (preset ?? model.preset ?? .paper).thresholds
    if preset == nil {
      thresholds.poseConfidence = Preset.paper.thresholds.poseConfidence
      thresholds.poseOverlap = Preset.paper.thresholds.poseOverlap
    }
    return changed(thresholds)
  }

  private func changed(_ preset: Thresholds) -> Thresholds {
    var thresholds = preset
    thresholds.scoring = scoring ?? thresholds.scoring
    thresholds.poseConfidence = poseConfidence ?? thresholds.poseConfidence
    thresholds.poseOverlap = poseOverlap ?? thresholds.poseOverlap
    thresholds.keypointConfidence = keypointConfidence ?? thresholds.keypointConfidence
    thresholds.keypointOverlap = keypointOverlap ?? thresholds.keypointOverlap
    thresholds.fusionConfidence = fusionConfidence ?? thresholds.fusionConfidence
    thresholds.fusionDistance = fusionDistance ?? thresholds.fusionDistance
    thresholds.fusionWeight = fusionWeight ?? thresholds.fusionWeight
    thresholds.usesKeypointObjects = keypointObjects
    thresholds.keypointObjectsOnly = keypointObjectsOnly || thresholds.keypointObjectsOnly
    thresholds.border = border
    return thresholds
  }
}

/// A figure of an evaluation, named as in the paper's tables.
public enum EvaluationMeasure: String, CaseIterable, Hashable, Sendable {
  /// Average precision over OKS thresholds from 0.50 to 0.95 in steps of 0.05.
  case ap = "AP"
  /// Average precision at OKS 0.50.
  case ap50 = "AP50"
  /// Average precision at OKS 0.75.
  case ap75 = "AP75"
  /// Average precision for medium people.
  case apMedium = "AP medium"
  /// Average precision for large people.
  case apLarge = "AP large"
  /// CrowdPose: average precision for images with few overlaps.
  case apEasy = "AP easy"
  /// CrowdPose: average precision for images between easy and hard.
  case apMediumCrowd = "AP medium crowd"
  /// CrowdPose: average precision for images with many overlaps.
  case apHard = "AP hard"
  /// Average recall over the same thresholds.
  case ar = "AR"
  /// Recall at OKS 0.50.
  case ar50 = "AR50"
  /// Recall at OKS 0.75.
  case ar75 = "AR75"
  /// Average recall for medium people.
  case arMedium = "AR medium"
  /// Average recall for large people.
  case arLarge = "AR large"
}

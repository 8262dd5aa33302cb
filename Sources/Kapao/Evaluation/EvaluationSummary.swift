import Foundation

/// The figures of an evaluation.
package struct EvaluationSummary: Hashable, Sendable, CustomStringConvertible {
  private var values: [EvaluationMeasure: Double] = [:]

  /// The people that were looked for: annotated ones with labelled keypoints.
  package internal(set) var people = 0
  /// The images.
  package internal(set) var images = 0

  init() {}

  /// A figure from 0 to 1; `nil` where the evaluation does not have it or there is nobody to find.
  package internal(set) subscript(_ measure: EvaluationMeasure) -> Double? {
    get { values[measure] }
    set { values[measure] = newValue }
  }

  /// The figures that there are, in the order of the paper's tables.
  package var measures: [EvaluationMeasure] { EvaluationMeasure.allCases.filter { values[$0] != nil } }

  /// A table, one figure a line.
  package var description: String {
    let width = measures.map(\.rawValue.count).max() ?? 0
    let rows = measures.map { measure in
      let name = measure.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
      return "\(name)  \(String(format: "%.4f", values[measure]!))"
    }
    return (rows + ["\(people) people in \(images) images"]).joined(separator: "\n")
  }
}

/// A figure of an evaluation, named as in the paper's tables.
package enum EvaluationMeasure: String, CaseIterable, Hashable, Sendable {
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

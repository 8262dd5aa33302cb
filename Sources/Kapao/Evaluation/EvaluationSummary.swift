import Foundation

/// The figures of an evaluation.
public struct EvaluationSummary: Hashable, Sendable, CustomStringConvertible {
  private var values: [EvaluationMeasure: Double] = [:]

  /// The people that were looked for: annotated ones with labelled keypoints.
  public internal(set) var people = 0
  /// The images.
  public internal(set) var images = 0

  init() {}

  /// A figure from 0 to 1; `nil` where the evaluation does not have it or there is nobody to find.
  public internal(set) subscript(_ measure: EvaluationMeasure) -> Double? {
    get { values[measure] }
    set { values[measure] = newValue }
  }

  /// The figures that there are, in the order of the paper's tables.
  public var measures: [EvaluationMeasure] { EvaluationMeasure.allCases.filter { values[$0] != nil } }

  /// A table, one figure a line.
  public var description: String {
    let width = measures.map(\.rawValue.count).max() ?? 0
    let rows = measures.map { measure in
      let name = measure.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
      return "\(name)  \(String(format: "%.4f", values[measure]!))"
    }
    return (rows + ["\(people) people in \(images) images"]).joined(separator: "\n")
  }
}

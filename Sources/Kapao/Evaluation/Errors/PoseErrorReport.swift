/// How far each kind of error lowers a method's average precision (Ronchi and Perona, ICCV 2017; Figure 8 of the paper).
package struct PoseErrorReport: Sendable, Encodable {
  /// What is put right, one after the other; each step keeps what those before it did.
  package enum Step: String, CaseIterable, Sendable, Encodable {
    /// The results as they are.
    case original
    /// Missed keypoints are moved towards their place.
    case miss
    /// Keypoints at the place of another person's.
    case swap
    /// Keypoints at the place of the other side's.
    case inversion
    /// Keypoints near their place are moved nearer.
    case jitter
    /// Scores rank results by the OKS that they reach.
    case score
    /// Results that were given nobody are left out.
    case falsePositives = "background_false_positives"
    /// People that no result was given to are left out.
    case falseNegatives = "false_negatives"
  }

  /// The errors of people of one size.
  package struct SizeClass: Sendable, Encodable {
    /// `all`, `medium` or `large`.
    package let name: String
    /// The people that were to be found.
    package let people: Int
    /// For each step and each of `thresholds`, the precision at each of `recalls`; empty where there is nobody to find.
    package let precision: [Step: [[Double]]]
    /// For each of `thresholds`, the results that were given nobody.
    package let falsePositives: [Int]
    /// For each of `thresholds`, the people that no result was given to.
    package let falseNegatives: [Int]
    /// For each keypoint of the skeleton, how many of the labelled ones of people who were found are of which kind.
    package let keypoints: [[KeypointError: Int]]

    /// Average precision at a threshold after a step; `nil` where nobody is left to be found.
    package func averagePrecision(_ step: Step, at threshold: Int) -> Double? {
      guard let curve = precision[step]?[threshold], !curve.isEmpty else { return nil }
      return curve.reduce(0, +) / Double(curve.count)
    }
  }

  /// The OKS from which a result counts as right.
  package let thresholds: [Double]
  /// The recalls at which precision is read.
  package let recalls: [Double]
  /// The keypoints' names.
  package let keypointNames: [String]
  /// All people, then those of single sizes.
  package let sizeClasses: [SizeClass]
}

extension PoseErrorReport.SizeClass {
  private enum CodingKeys: String, CodingKey {
    case name
    case people
    case averagePrecision = "ap"
    case precision
    case falsePositives = "background_false_positives"
    case falseNegatives = "false_negatives"
    case keypoints
  }

  /// Writes steps and kinds of errors by name; an average that does not exist is `null`.
  package func encode(to encoder: any Encoder) throws {
    func named<Key: RawRepresentable<String>, Value>(_ values: [Key: Value]) -> [String: Value] {
      Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    }
    let averages = precision.map { step, curves in (step, curves.indices.map { averagePrecision(step, at: $0) }) }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(people, forKey: .people)
    try container.encode(named(Dictionary(uniqueKeysWithValues: averages)), forKey: .averagePrecision)
    try container.encode(named(precision), forKey: .precision)
    try container.encode(falsePositives, forKey: .falsePositives)
    try container.encode(falseNegatives, forKey: .falseNegatives)
    try container.encode(keypoints.map(named), forKey: .keypoints)
  }
}

extension PoseErrorReport {
  private enum CodingKeys: String, CodingKey {
    case thresholds = "oks"
    case recalls
    case keypointNames = "keypoint_names"
    case sizeClasses = "size_classes"
  }
}

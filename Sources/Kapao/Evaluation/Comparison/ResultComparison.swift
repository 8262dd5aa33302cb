/// Two sets of results for the same images, person by person.
package struct ResultComparison: Sendable {
  /// An image with people to be found.
  package struct Image: Sendable, Encodable {
    /// What became of its people with the first results.
    package let first: ImageOutcome
    /// And with the second.
    package let second: ImageOutcome
    /// ΔOKS: the mean over its people of the first results' OKS minus the second's, -1…1; somebody who was not found counts
    /// as 0.
    package let difference: Double

    /// Whether everybody was found by both with an OKS above 0.5.
    package var isFound: Bool { (first.people + second.people).allSatisfy { $0.oks > 0.5 } }

    private enum CodingKeys: String, CodingKey {
      case image = "image_id"
      case fileName = "file_name"
      case difference = "delta_oks"
      case first = "a"
      case second = "b"
    }

    /// Writes the difference and each person's OKS.
    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(first.image, forKey: .image)
      try container.encode(first.fileName, forKey: .fileName)
      try container.encode(difference, forKey: .difference)
      try container.encode(first.people.map(\.oks), forKey: .first)
      try container.encode(second.people.map(\.oks), forKey: .second)
    }
  }

  /// The images with people, in the order of their numbers.
  package let images: [Image]
  /// The first results' figures.
  package let first: EvaluationSummary
  /// The second results' figures.
  package let second: EvaluationSummary

  /// Compares two sets of results.
  ///
  /// - Throws: `EvaluationError` where a result does not belong to the data set.
  package init(_ first: [COCOResult], with second: [COCOResult], by evaluator: COCOKeypointEvaluator) throws {
    images = zip(try evaluator.outcomes(of: first), try evaluator.outcomes(of: second)).compactMap { first, second in
      guard !first.people.isEmpty else { return nil }
      let differences = zip(first.people, second.people).map { $0.oks - $1.oks }
      return Image(
        first: first, second: second, difference: differences.reduce(0, +) / Double(differences.count))
    }
    self.first = try evaluator.evaluate(first)
    self.second = try evaluator.evaluate(second)
  }

  /// Each person's OKS in the first results minus that in the second.
  package var differences: [Double] {
    images.flatMap { zip($0.first.people, $0.second.people).map { $0.oks - $1.oks } }
  }

  /// The images in which everybody was found by both, by descending difference: the paper takes its examples from both
  /// ends.
  package var ranking: [Image] {
    images.filter(\.isFound).sorted { ($1.difference, $0.first.image) < ($0.difference, $1.first.image) }
  }
}

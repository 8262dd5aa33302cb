/// Average precision and recall of keypoint results, number for number as COCO's and CrowdPose's evaluations compute them.
///
/// One difference: an annotation with the number 0 counts like any other, where the official tools take it for unfound.
package struct COCOKeypointEvaluator: Sendable {
  /// Results that count in an image: those with the highest scores.
  package static let mostResultsPerImage = 20

  /// The thresholds of the OKS from which a result counts as right: 0.50, 0.55, … 0.95.
  package static let thresholds = (0..<10).map { 0.5 + Double($0) * ((0.95 - 0.5) / 9) }

  private let dataset: COCODataset
  let rules: EvaluationRules
  let similarity: ObjectKeypointSimilarity

  /// An evaluation of a data set by the rules of its kind.
  package init(_ dataset: COCODataset, rules: EvaluationRules) {
    self.dataset = dataset
    self.rules = rules
    similarity = ObjectKeypointSimilarity(sigmas: rules.skeleton.sigmas)
  }

  /// Evaluates the results for the whole data set; of results with equal scores the earlier one comes first.
  ///
  /// - Throws: `EvaluationError` where a result does not belong to the data set.
  package func evaluate(_ results: [COCOResult]) throws -> EvaluationSummary {
    let images = try scenes(with: results)
    var summary = EvaluationSummary()
    summary.images = dataset.images.count
    summary.people = images.reduce(0) { $0 + $1.scene.people.count { !$0.isIgnored } }

    for sizeClass in rules.sizeClasses {
      let outcome = RankedMatches(images.map { $0.scene.matched(in: sizeClass.range) })
      if let measure = sizeClass.precision { summary[measure] = outcome.averagePrecision }
      if let measure = sizeClass.recall { summary[measure] = outcome.averageRecall }
      guard sizeClass == rules.sizeClasses[0] else { continue }
      summary[.ap50] = outcome.precision(at: 0)
      summary[.ap75] = outcome.precision(at: 5)
      summary[.ar50] = outcome.recall(at: 0)
      summary[.ar75] = outcome.recall(at: 5)
    }
    for crowdClass in rules.crowdClasses {
      let chosen = images.filter { $0.image.crowdIndex.map(crowdClass.range.contains) ?? false }
      let outcome = RankedMatches(chosen.map { $0.scene.matched(in: rules.sizeClasses[0].range) })
      summary[crowdClass.precision] = outcome.averagePrecision
    }
    return summary
  }

  /// Each image's annotations and results, in the order of the images' numbers.
  func scenes(with results: [COCOResult]) throws -> [(image: COCOImage, scene: EvaluationScene)] {
    let images = Dictionary(dataset.images.map { ($0.id, $0) }) { first, _ in first }
    let annotations = Dictionary(grouping: dataset.annotations, by: \.imageID)
    let found = Dictionary(grouping: results, by: \.imageID)
    if let unknown = found.keys.filter({ images[$0] == nil }).min() { throw EvaluationError.unknownImage(unknown) }
    if let odd = results.first(where: { $0.keypoints.count != similarity.count }) {
      throw EvaluationError.keypointCount(expected: similarity.count, found: odd.keypoints.count)
    }
    // As COCO's tool does, from the first result for all of them.
    let takesAreaFromBox = results.first?.box != nil
    return images.values.sorted { $0.id < $1.id }.map { image in
      let scene = EvaluationScene(
        people: annotations[image.id] ?? [], results: found[image.id] ?? [], similarity: similarity,
        takesPersonAreaFromBox: rules.takesAreaFromBox, takesResultAreaFromBox: takesAreaFromBox)
      return (image, scene)
    }
  }
}

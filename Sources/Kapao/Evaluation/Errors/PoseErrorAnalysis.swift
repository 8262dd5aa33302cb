import Foundation

/// Finds what is wrong with results and how far each kind of error lowers average precision, as the program of Ronchi
/// and Perona (ICCV 2017) does: the 20 best results of an image, people of at least 32² pixels, at OKS 0.50, 0.55, … 0.95.
package struct PoseErrorAnalysis: Sendable {
  /// The OKS from which a result is given a person whose keypoints it is compared with.
  static let localization = 0.1

  private let evaluator: COCOKeypointEvaluator

  /// An analysis of results for a data set.
  package init(_ dataset: COCODataset, rules: EvaluationRules) {
    evaluator = COCOKeypointEvaluator(dataset, rules: rules)
  }

  /// Analyses the results for the whole data set.
  ///
  /// - Throws: `EvaluationError` where a result does not belong to the data set.
  package func analyse(_ results: [COCOResult]) throws -> PoseErrorReport {
    let scenes = try evaluator.scenes(with: results).map(\.scene)
    return PoseErrorReport(
      thresholds: COCOKeypointEvaluator.thresholds, recalls: RankedMatches.recalls,
      keypointNames: evaluator.rules.skeleton.keypointNames,
      sizeClasses: evaluator.rules.analysedClasses.map { analyse(scenes, $0) })
  }

  private func analyse(
    _ originals: [EvaluationScene], _ sizeClass: EvaluationRules.SizeClass
  ) -> PoseErrorReport.SizeClass {
    let range = sizeClass.range
    var scenes = originals
    var curves: [PoseErrorReport.Step: [[Double]]] = [:]
    func measure(_ step: PoseErrorReport.Step) {
      let curve = RankedMatches(scenes.map { $0.matched(in: range) }).curves
      curves[step] = curve.isEmpty ? COCOKeypointEvaluator.thresholds.map { _ in [] } : curve
    }
    measure(.original)

    let diagnoses = scenes.map { $0.diagnoses(in: range, skeleton: evaluator.rules.skeleton) }
    let corrections: [(PoseErrorReport.Step, KeypointError)] = [
      (.miss, .miss), (.swap, .swap), (.inversion, .inversion), (.jitter, .jitter),
    ]
    for (step, error) in corrections {
      for scene in scenes.indices {
        scenes[scene].change { index, result in
          guard let diagnosis = diagnoses[scene][index] else { return }
          for keypoint in result.keypoints.indices where diagnosis.errors[keypoint] == error {
            result.keypoints[keypoint] = diagnosis.corrected[keypoint]
          }
        }
      }
      measure(step)
    }

    for scene in scenes.indices {
      let scores = scenes[scene].optimalScores(in: range)
      scenes[scene].change { index, result in result.score = scores[index] }
    }
    measure(.score)

    let background = Background(scenes, range: range)
    curves[.falsePositives] = background.withoutFalsePositives
    curves[.falseNegatives] = background.withoutEither
    return PoseErrorReport.SizeClass(
      name: sizeClass.name, people: background.peopleCount, precision: curves,
      falsePositives: background.falsePositives, falseNegatives: background.falseNegatives,
      keypoints: counts(diagnoses.flatMap(\.self).compactMap(\.self)))
  }

  /// For each keypoint, how many are of which kind.
  private func counts(_ diagnoses: [KeypointDiagnosis]) -> [[KeypointError: Int]] {
    evaluator.rules.skeleton.keypointNames.indices.map { keypoint in
      var counts = Dictionary(uniqueKeysWithValues: KeypointError.allCases.map { ($0, 0) })
      for diagnosis in diagnoses {
        if let error = diagnosis.errors[keypoint] { counts[error, default: 0] += 1 }
      }
      return counts
    }
  }
}

extension PoseErrorAnalysis {
  /// Results that were given nobody, and people whom no result was given, at each threshold.
  private struct Background {
    private(set) var withoutFalsePositives: [[Double]] = []
    private(set) var withoutEither: [[Double]] = []
    private(set) var falsePositives: [Int] = []
    private(set) var falseNegatives: [Int] = []
    let peopleCount: Int

    init(_ scenes: [EvaluationScene], range: ClosedRange<Double>) {
      let isIgnored = scenes.map { $0.isIgnored(outside: range) }
      peopleCount = isIgnored.reduce(0) { $0 + $1.count { !$0 } }
      // Whom no result was given at a lower OKS is left out at a higher one too.
      var unfound = scenes.map { _ in Set<Int>() }
      for threshold in COCOKeypointEvaluator.thresholds {
        let matches = zip(scenes, isIgnored).map { $0.matches(at: threshold, isIgnored: $1) }
        var falsePositives = 0
        var falseNegatives = 0
        var remaining: [SceneMatches] = []
        var found: [SceneMatches] = []
        for (index, scene) in scenes.enumerated() {
          let people = scene.people.indices.filter { !isIgnored[index][$0] }
          let missing = people.filter { !matches[index].contains($0) }
          unfound[index].formUnion(missing)
          falseNegatives += missing.count
          falsePositives += zip(matches[index], scene.results).count { $0 == nil && range.contains($1.area) }
          let outcomes = matches[index].map { match -> SceneMatches.Outcome in
            if let match, !isIgnored[index][match] { .right } else { .ignored }
          }
          let scores = scene.results.map(\.score)
          remaining.append(SceneMatches(scores: scores, outcomes: [outcomes], peopleCount: people.count))
          found.append(
            SceneMatches(
              scores: scores, outcomes: [outcomes], peopleCount: people.count { !unfound[index].contains($0) }))
        }
        withoutFalsePositives.append(RankedMatches(remaining).curves.first ?? [])
        withoutEither.append(RankedMatches(found).curves.first ?? [])
        self.falsePositives.append(falsePositives)
        self.falseNegatives.append(falseNegatives)
      }
    }
  }
}

extension EvaluationScene {
  /// What is wrong with the keypoints of each result; `nil` for results that are given nobody with labelled keypoints.
  func diagnoses(in range: ClosedRange<Double>, skeleton: Skeleton) -> [KeypointDiagnosis?] {
    zip(results, matches(at: PoseErrorAnalysis.localization, isIgnored: isIgnored(outside: range))).map {
      result, match in
      guard let match, people[match].annotation.keypointCount > 0 else { return nil }
      return KeypointDiagnosis(
        result.keypoints, person: match, of: people, similarity: similarity, skeleton: skeleton)
    }
  }

  /// The scores that rank results best: the highest OKS with somebody who is to be found, lowered for each better result
  /// that is alike, as Soft-NMS does (Ronchi and Perona, section 3.2).
  fileprivate func optimalScores(in range: ClosedRange<Double>) -> [Double] {
    let isIgnored = isIgnored(outside: range)
    var scores = similarities.map { similarities in
      zip(similarities, isIgnored).reduce(0) { $1.1 ? $0 : max($0, $1.0) }
    }
    let extents = results.map { COCOResult(imageID: 0, keypoints: $0.keypoints, score: 0).extent }
    var rest = Array(results.indices)
    while !rest.isEmpty {
      rest.sort { (scores[$1], $0) < (scores[$0], $1) }
      let best = rest.removeFirst()
      for other in rest {
        let area = (extents[best] + extents[other]) / 2
        let terms = zip(results[best].keypoints, results[other].keypoints).enumerated().map { index, pair in
          let (x, y) = (pair.0.x - pair.1.x, pair.0.y - pair.1.y)
          return similarity.term(index, squaredDistance: x * x + y * y, area: area)
        }
        let likeness = terms.reduce(0, +) / Double(terms.count)
        scores[other] *= exp(-likeness * likeness / 0.5)
      }
    }
    return scores
  }
}

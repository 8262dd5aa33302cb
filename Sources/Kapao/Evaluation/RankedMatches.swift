import Support

/// The outcomes of all images, ranked by score: precision and recall at every threshold.
struct RankedMatches {
  /// Precision is read at the recalls 0, 0.01, … 1.
  static let recalls = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

  /// For each threshold, the precision at each of `recalls`; empty where there is nobody to find.
  let curves: [[Double]]
  /// For each threshold, the mean precision and the recall of all results; empty where there is nobody to find.
  private let precisions: [Double]
  private let lastRecalls: [Double]

  init(_ scenes: [SceneMatches]) {
    let peopleCount = scenes.reduce(0) { $0 + $1.peopleCount }
    guard peopleCount > 0 else {
      curves = []
      precisions = []
      lastRecalls = []
      return
    }
    let scores = scenes.flatMap(\.scores)
    let ranking = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    let steps = scenes[0].outcomes.indices.map { threshold in
      let outcomes = scenes.flatMap { $0.outcomes[threshold] }
      return Self.curve(ranking.map { outcomes[$0] }, peopleCount: peopleCount)
    }
    curves = steps.map { curve in Self.recalls.map { Self.precision(of: curve, at: $0) } }
    precisions = curves.map { $0.reduce(0, +) / Double($0.count) }
    lastRecalls = steps.map { $0.last?.recall ?? 0 }
  }

  /// Mean precision at one threshold, by its index; `nil` where there is nobody to find.
  func precision(at threshold: Int) -> Double? { precisions.isEmpty ? nil : precisions[threshold] }

  /// Recall at one threshold, by its index; `nil` where there is nobody to find.
  func recall(at threshold: Int) -> Double? { lastRecalls.isEmpty ? nil : lastRecalls[threshold] }

  /// Precision averaged over the thresholds; `nil` where there is nobody to find.
  var averagePrecision: Double? { precisions.isEmpty ? nil : precisions.reduce(0, +) / Double(precisions.count) }

  /// Recall averaged over the thresholds; `nil` where there is nobody to find.
  var averageRecall: Double? { lastRecalls.isEmpty ? nil : lastRecalls.reduce(0, +) / Double(lastRecalls.count) }

  /// Recall and the highest precision at that recall or a greater one, after each result; an ignored result repeats
  /// the values before it.
  private static func curve(
    _ outcomes: [SceneMatches.Outcome], peopleCount: Int
  ) -> [(recall: Double, precision: Double)] {
    var (right, wrong) = (0.0, 0.0)
    var curve = outcomes.map { outcome in
      switch outcome {
      case .right: right += 1
      case .wrong: wrong += 1
      case .ignored: break
      }
      return (recall: right / Double(peopleCount), precision: right / (right + wrong + .ulpOfOne))
    }
    var best = 0.0
    for index in curve.indices.reversed() {
      best = max(best, curve[index].precision)
      curve[index].precision = best
    }
    return curve
  }

  /// The precision where a curve first reaches a recall; 0 where it never does.
  private static func precision(of curve: [(recall: Double, precision: Double)], at recall: Double) -> Double {
    let index = curve.partitionIndex { $0.recall >= recall }
    return index < curve.count ? curve[index].precision : 0
  }
}

/// What became of the results of one image.
struct SceneMatches {
  enum Outcome {
    /// The result found a person.
    case right
    /// The result found nobody.
    case wrong
    /// The result is ignored: it found somebody who is ignored, or is of another size than asked for.
    case ignored
  }

  /// The results' scores.
  let scores: [Double]
  /// For each threshold, each result's outcome.
  let outcomes: [[Outcome]]
  /// The people to be found.
  let peopleCount: Int
}

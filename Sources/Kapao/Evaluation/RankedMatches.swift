/// The outcomes of all images, ranked by score: precision and recall at every threshold.
struct RankedMatches {
  /// Precision is read at the recalls 0, 0.01, … 1.
  private static let recalls = (0...100).map { $0 == 100 ? 1 : Double($0) * 0.01 }

  /// For each threshold, the mean precision and the recall of all results; empty where there is nobody to find.
  private let precisions: [Double]
  private let lastRecalls: [Double]

  init(_ scenes: [SceneMatches]) {
    let peopleCount = scenes.reduce(0) { $0 + $1.peopleCount }
    guard peopleCount > 0 else {
      precisions = []
      lastRecalls = []
      return
    }
    let scores = scenes.flatMap(\.scores)
    let ranking = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    let curves = COCOKeypointEvaluator.thresholds.indices.map { threshold in
      let outcomes = scenes.flatMap { $0.outcomes[threshold] }
      return Self.curve(ranking.map { outcomes[$0] }, peopleCount: peopleCount)
    }
    precisions = curves.map { curve in
      Self.recalls.reduce(0) { $0 + Self.precision(of: curve, at: $1) } / Double(Self.recalls.count)
    }
    lastRecalls = curves.map { $0.last?.recall ?? 0 }
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
    var (low, high) = (0, curve.count)
    while low < high {
      let middle = (low + high) / 2
      if curve[middle].recall < recall { low = middle + 1 } else { high = middle }
    }
    return low < curve.count ? curve[low].precision : 0
  }
}

import Foundation
import Kapao

extension PoseErrorReport {
  /// The table of the terminal: average precision after each correction at every OKS, and the errors of each keypoint,
  /// for people of all sizes.
  package var table: String {
    guard let all = sizeClasses.first else { return "" }
    let heads = ["OKS"] + Step.allCases.map(\.title)
    var rows = thresholds.indices.map { threshold in
      [String(format: "%.2f", thresholds[threshold])]
        + Step.allCases.map { Self.text(all.averagePrecision($0, at: threshold)) }
    }
    rows.append(["mean"] + Step.allCases.map { Self.text(all.meanPrecision($0)) })
    let errors = keypointNames.indices.map { keypoint in
      [keypointNames[keypoint]] + KeypointError.allCases.map { "\(all.keypoints[keypoint][$0, default: 0])" }
    }
    let sums = KeypointError.allCases.map { kind in all.keypoints.reduce(0) { $0 + $1[kind, default: 0] } }
    let total = max(1, sums.reduce(0, +))
    let shares = sums.map { String(format: "%.1f %%", 100 * Double($0) / Double(total)) }
    let half = 0
    return [
      Self.aligned([heads] + rows),
      "\(all.people) people; at OKS \(String(format: "%.2f", thresholds[half])), errors of keypoints and scores put right, "
        + "\(all.falseNegatives[half]) of them are not found and \(all.falsePositives[half]) results are nobody",
      Self.aligned(
        [["keypoints"] + KeypointError.allCases.map(\.rawValue)] + errors
          + [["all"] + sums.map(String.init), ["share"] + shares]),
    ].joined(separator: "\n\n")
  }

  private static func text(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "-" }

  /// Columns with two spaces between them, the first one left-aligned, the others right-aligned.
  private static func aligned(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + space : space + row[column]
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// Precision against recall at the threshold nearest to `oks`, with the area that each correction adds, as SVG: the
  /// paper's Figure 8 at 0.85.
  package func plot(at oks: Double, sizeClass index: Int = 0) -> String {
    let sizeClass = sizeClasses[index]
    let threshold = thresholds.indices.min { abs(thresholds[$0] - oks) < abs(thresholds[$1] - oks) }!
    let colours = ["#ffffff", "#f2e394", "#f2ae72", "#d96459", "#8c4646", "#4f82bd", "#8063a3", "#2e8b57"]
    var below = recalls.map { _ in 0.0 }
    var series: [Plot.Series] = []
    for (step, colour) in zip(Step.allCases, colours) {
      guard let curve = sizeClass.precision[step]?[threshold], !curve.isEmpty else { continue }
      let name = "\(step.title)  \(String(format: "%.3f", sizeClass.averagePrecision(step, at: threshold)!))"
      let upper = zip(curve, below).map(max)
      series.append(
        Plot.Series(name: name, colour: colour, points: Array(zip(recalls, below)), mark: .area(above: upper)))
      below = upper
    }
    return Plot(
      title: "Errors at OKS \(String(format: "%.2f", thresholds[threshold])), \(sizeClass.name) people",
      x: Plot.Axis("recall", 0...1), y: Plot.Axis("precision", 0...1), series: series
    ).svg
  }
}

extension PoseErrorReport.Step {
  /// As columns and legends call it.
  fileprivate var title: String {
    switch self {
    case .original: "as found"
    case .miss: "w/o miss"
    case .swap: "w/o swap"
    case .inversion: "w/o inv."
    case .jitter: "w/o jitter"
    case .score: "best score"
    case .falsePositives: "w/o bg FP"
    case .falseNegatives: "w/o FN"
    }
  }
}

extension PoseErrorReport.SizeClass {
  /// Average precision after a step, averaged over the thresholds.
  fileprivate func meanPrecision(_ step: PoseErrorReport.Step) -> Double? {
    let values = falsePositives.indices.compactMap { averagePrecision(step, at: $0) }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

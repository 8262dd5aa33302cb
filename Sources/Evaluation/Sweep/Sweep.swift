import Foundation
import Kapao
import Support
import VideoIO

/// Measures a model, or several, in many ways over the same images, keeping what is done: a sweep that was stopped goes
/// on, and one that is asked for again runs only what is new.
package struct Sweep {
  /// One way to run a model.
  package struct Point: Sendable {
    /// What the model is called in tables and file names.
    package let model: String
    /// Digest of the model's file.
    package let modelDigest: String
    /// How it is run.
    package let settings: EvaluationSettings

    /// A way to run the model in the file at `path`.
    ///
    /// - Throws: `VideoError` where the file cannot be read.
    package init(_ settings: EvaluationSettings, modelPath path: String) throws {
      let file = path.split(separator: "/").last.map(String.init) ?? path
      model = file.split(separator: ".").first.map(String.init) ?? file
      modelDigest = try FileDigest.sha256(ofFile: path)
      self.settings = settings
    }

    /// Test-time augmentation, as tables call it.
    package var isAugmented: Bool { settings.augmentation != nil }
    /// Whether keypoint objects are fused.
    package var isFused: Bool { settings.thresholds.usesKeypointObjects }

    /// The results' file name.
    var fileName: String {
      let parts = [
        model, "\(settings.inputSize)", settings.usedPrecision.rawValue, isAugmented ? "tta" : "",
        isFused ? "" : "no-keypoint-objects",
      ]
      return parts.filter { !$0.isEmpty }.joined(separator: "-")
    }
  }

  /// What one point came to.
  package struct Row: Sendable {
    /// How the model was run.
    package let point: Point
    /// AP, AR and the others.
    package let figures: EvaluationSummary
    /// Milliseconds per image in the network.
    package let forward: Double
    /// Milliseconds per image in suppression and fusion.
    package let postprocessing: Double
    /// The keypoint objects that were fused.
    package let fusion: FusionRate
    /// Whether it was measured by an earlier sweep.
    package let isKept: Bool

    /// Milliseconds per image.
    package var milliseconds: Double { forward + postprocessing }
  }

  /// What is kept of a run beside its results.
  private struct Kept: Codable {
    let key: String
    let forward: Double
    let postprocessing: Double
    let fusion: FusionRate
  }

  private let dataset: COCODataset
  private let dataDigest: String
  private let images: String
  private let folder: String

  /// - Parameters:
  ///   - annotations: The annotations' file, from which `dataset` was read.
  ///   - images: Folder of the images.
  ///   - folder: Where results are kept, in a folder `results`; both are made.
  /// - Throws: `VideoError` where the annotations cannot be read, `OutputError` where the folder cannot be made.
  package init(dataset: COCODataset, annotations: String, images: String, folder: String) throws {
    self.dataset = dataset
    self.images = images
    self.folder = folder + "/results"
    dataDigest = try FileDigest.sha256(ofFile: annotations)
    for path in [folder, self.folder] {
      let code = FileSystem.makeFolder(path)
      guard code == 0 || FileSystem.isFolder(path) else { throw OutputError(.create, path: path, code: code) }
    }
  }

  /// Measures a point, or takes what an earlier sweep measured.
  ///
  /// - Parameter progress: Called with the number of images that are done.
  package func row(of point: Point, progress: @escaping (Int) -> Void) throws -> Row {
    let skeleton = point.settings.model.architecture.skeleton ?? .coco17
    let evaluator = COCOKeypointEvaluator(dataset, rules: EvaluationRules(skeleton))
    let path = "\(folder)/\(point.fileName)"
    let key = "\(point.modelDigest); \(dataDigest); \(images); \(point.settings.fingerprint)"
    if let kept = kept(path, key: key), let people = try? COCOResult.read("\(path).json") {
      return Row(
        point: point, figures: try evaluator.evaluate(people), forward: kept.forward,
        postprocessing: kept.postprocessing, fusion: kept.fusion, isKept: true)
    }
    let outcome = try EvaluationRunner(dataset: dataset, settings: point.settings, folder: images).run(
      progress: progress)
    // Older results must not pass for these if the run is killed in between.
    try? FileManager.default.removeItem(atPath: "\(path).run.json")
    try COCOResult.write(outcome.people, to: "\(path).json")
    let kept = Kept(
      key: key, forward: outcome.forward.mean, postprocessing: outcome.postprocessing.mean, fusion: outcome.fusion)
    try EvaluationFile.write(kept, to: "\(path).run.json")
    return Row(
      point: point, figures: try evaluator.evaluate(outcome.people), forward: kept.forward,
      postprocessing: kept.postprocessing, fusion: kept.fusion, isKept: false)
  }

  private func kept(_ path: String, key: String) -> Kept? {
    guard let data = FileManager.default.contents(atPath: "\(path).run.json"),
      let kept = try? JSONDecoder().decode(Kept.self, from: data), kept.key == key
    else { return nil }
    return kept
  }
}

/// The rows of a sweep as a table, and as a plot of accuracy against time.
package struct SweepTable {
  private let rows: [Sweep.Row]

  /// A table of rows, in their order.
  package init(_ rows: [Sweep.Row]) { self.rows = rows }

  private static let heads = ["model", "size", "arithmetic", "tta", "keypoint objects"]

  private var cells: [[String]] {
    let measures = rows.first?.figures.measures ?? []
    return [Self.heads + measures.map(\.rawValue) + ["network, ms", "fusion, ms"]]
      + rows.map { row in
        let point = row.point
        let first = [
          point.model, "\(point.settings.inputSize)", point.settings.usedPrecision.rawValue,
          point.isAugmented ? "on" : "off", point.isFused ? "on" : "off",
        ]
        return first + measures.map { measure in row.figures[measure].map { String(format: "%.4f", $0) } ?? "" }
          + [String(format: "%.1f", row.forward), String(format: "%.2f", row.postprocessing)]
      }
  }

  /// The table as CSV.
  package var csv: String {
    cells.map { $0.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") + "\n" }.joined()
  }

  /// The table in Markdown.
  package var markdown: String {
    let cells = cells
    let lines = cells.map { "| " + $0.joined(separator: " | ") + " |" }
    return ([lines[0], "|" + String(repeating: "---|", count: cells[0].count)] + lines.dropFirst())
      .joined(separator: "\n")
  }

  /// AP against milliseconds per image, a line for each model and way to run it, a dot for each input size: the paper's
  /// Figures 1 and 5, as SVG.
  package var plot: String {
    var order: [String] = []
    var lines: [String: [Sweep.Row]] = [:]
    for row in rows {
      let parts = [
        row.point.model, row.point.settings.usedPrecision.rawValue, row.point.isAugmented ? "TTA" : "",
        row.point.isFused ? "" : "no kp. obj.",
      ]
      let name = parts.filter { !$0.isEmpty }.joined(separator: " ")
      if lines[name] == nil { order.append(name) }
      lines[name, default: []].append(row)
    }
    let precisions = rows.compactMap { $0.figures[.ap] }
    let low = ((precisions.min() ?? 0) * 20 - 0.2).rounded(.down) / 20
    let high = ((precisions.max() ?? 1) * 20 + 0.2).rounded(.up) / 20
    let series = order.enumerated().map { index, name in
      let sorted = lines[name]!.sorted { $0.milliseconds < $1.milliseconds }
      return Plot.Series(
        name: name, colour: Plot.palette[index % Plot.palette.count],
        points: sorted.map { ($0.milliseconds, $0.figures[.ap] ?? 0) },
        mark: .line(labels: sorted.map { "\($0.point.settings.inputSize)" }))
    }
    return Plot(
      title: "Accuracy and time, by the longest side of the input in pixels",
      x: Plot.Axis("milliseconds per image", 0...max(1, (rows.map(\.milliseconds).max() ?? 1) * 1.05)),
      y: Plot.Axis("AP", max(0, low)...high), series: series
    ).svg
  }
}

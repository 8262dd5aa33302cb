import Foundation
import Kapao
import VideoIO

/// A page of HTML that shows two sets of results beside the annotations, in the images where they differ most.
package struct ComparisonPage {
  /// The two sets of results.
  private let comparison: ResultComparison
  /// What the page calls them.
  private let names: (first: String, second: String)
  private let skeleton: Skeleton
  /// Folder of the images.
  private let folder: String
  /// Images at each end of the ranking.
  private let count: Int

  /// - Parameters:
  ///   - names: What the page calls the two sets of results.
  ///   - folder: Folder of the images.
  ///   - count: Images to show at each end of the ranking.
  package init(
    _ comparison: ResultComparison, names: (first: String, second: String), skeleton: Skeleton, folder: String,
    count: Int
  ) {
    self.comparison = comparison
    self.names = (names.first.escapedForMarkup, names.second.escapedForMarkup)
    self.skeleton = skeleton
    self.folder = folder
    self.count = count
  }

  /// The page, with the images in it.
  ///
  /// - Throws: `VideoError` where an image cannot be read.
  package func html() throws -> String {
    let ranking = comparison.ranking
    let better = ranking.prefix(count).filter { $0.difference > 0 }
    let worse = ranking.suffix(count).reversed().filter { $0.difference < 0 }
    let title = "\(names.first) and \(names.second)"
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title><style>\(Self.style)</style></head><body>
      <h1>\(title)</h1>
      <p>ΔOKS is the OKS of <b>\(names.first)</b> minus that of <b>\(names.second)</b>; of an image, the mean over its people. The images are \
      those in which both found everybody with an OKS above 0.5: \(ranking.count) of \(comparison.images.count).</p>
      \(figures)
      \(comparison.histogram)
      <h2>\(names.first) is better</h2>\(try better.map(section).joined())
      <h2>\(names.second) is better</h2>\(try worse.map(section).joined())
      </body></html>

      """
  }

  private var figures: String {
    let rows = comparison.first.measures.map { measure in
      let values = [comparison.first, comparison.second].map { $0[measure].map { String(format: "%.4f", $0) } ?? "" }
      return "<tr><td>\(measure.rawValue)</td><td>\(values[0])</td><td>\(values[1])</td></tr>"
    }
    return "<table><tr><th></th><th>\(names.first)</th><th>\(names.second)</th></tr>\(rows.joined())</table>"
  }

  private func section(_ image: ResultComparison.Image) throws -> String {
    let frame = try StillImage.frame(FolderFile.path(image.first.fileName, in: folder))
    let data = Data(try JPEGEncoder(quality: 4, maximumWidth: 480).encode(frame)).base64EncodedString()
    let id = "image\(image.first.image)"
    let box = "0 0 \(frame.size.width) \(frame.size.height)"
    let picture =
      "<image id=\"\(id)\" width=\"\(frame.size.width)\" height=\"\(frame.size.height)\" href=\"data:image/jpeg;base64,\(data)\"/>"
    let width = Double(max(frame.size.width, frame.size.height)) / 240
    func view(_ title: String, _ poses: [[COCOKeypoint]], isFirst: Bool = false, colour: String) -> String {
      let content = poses.map { drawn($0, width: width) }.joined()
      return
        "<figure><svg viewBox=\"\(box)\">\(isFirst ? picture : "<use href=\"#\(id)\"/>")<g stroke=\"\(colour)\" fill=\"\(colour)\">\(content)</g></svg><figcaption>\(title)</figcaption></figure>"
    }
    func caption(_ name: String, _ outcome: ImageOutcome) -> String {
      "\(name): OKS \(outcome.people.map { String(format: "%.2f", $0.oks) }.joined(separator: ", "))"
    }
    let truth = image.first.people.map(\.truth.keypoints)
    return """
      <section><h3>\(image.first.fileName.escapedForMarkup): ΔOKS \(String(format: "%+.3f", image.difference))</h3><div>
      \(view("annotated", truth, isFirst: true, colour: "#00c853"))
      \(view(caption(names.first, image.first), image.first.people.compactMap { $0.found?.keypoints }, colour: "#40a9ff"))
      \(view(caption(names.second, image.second), image.second.people.compactMap { $0.found?.keypoints }, colour: "#ff7a1a"))
      </div></section>

      """
  }

  private func drawn(_ keypoints: [COCOKeypoint], width: Double) -> String {
    // Labels without a place, and results that leave a keypoint out, are 0, 0, 0.
    func point(_ index: Int) -> COCOKeypoint? {
      let keypoint = keypoints[index]
      return keypoint.third == 0 && keypoint.x == 0 && keypoint.y == 0 ? nil : keypoint
    }
    func number(_ value: Double) -> String { String(format: "%.1f", value) }
    let limbs = skeleton.limbs.compactMap { limb -> String? in
      guard let from = point(limb.from), let to = point(limb.to) else { return nil }
      return
        "<line x1=\"\(number(from.x))\" y1=\"\(number(from.y))\" x2=\"\(number(to.x))\" y2=\"\(number(to.y))\" stroke-width=\"\(number(width))\"/>"
    }
    let dots = keypoints.indices.compactMap(point).map {
      "<circle cx=\"\(number($0.x))\" cy=\"\(number($0.y))\" r=\"\(number(width * 1.1))\" stroke=\"none\"/>"
    }
    return (limbs + dots).joined()
  }

  private static let style = """
    body{font:15px/1.45 sans-serif;margin:2rem auto;max-width:1240px;padding:0 1rem;color:#222}\
    table{border-collapse:collapse}td,th{padding:.15rem .8rem;text-align:right}td:first-child{text-align:left}\
    section div{display:flex;gap:8px}figure{margin:0;flex:1}figure svg{width:100%;background:#eee}\
    h3{font-size:1rem;margin:1.2rem 0 .3rem}figcaption{font-size:.85rem}.chart{max-width:820px}
    """
}

extension ResultComparison {
  /// How many people each difference of OKS has, as SVG.
  fileprivate var histogram: String {
    // Steps of 0.1, the middle one around 0.
    let places = (-10...10).map { Double($0) / 10 }
    var counts = [Double](repeating: 0, count: places.count)
    for difference in differences { counts[Int((difference * 10).rounded()) + 10] += 1 }
    let names = places.map { String(format: "%+.1f", $0) }
    let plot = Plot(
      title: "ΔOKS of \(differences.count) people", x: Plot.Axis("", names: names),
      y: Plot.Axis("people", 0...max(1, counts.max() ?? 1)),
      series: [
        Plot.Series(
          name: "", colour: Plot.palette[0], points: counts.enumerated().map { (Double($0), $1) },
          mark: .bars)
      ])
    return "<div class=\"chart\">\(plot.svg)</div>"
  }
}

extension ResultComparison {
  /// The table of the terminal: the figures of both, and how ΔOKS is distributed.
  package var table: String {
    func text(_ value: Double?) -> String { value.map { String(format: "%8.4f", $0) } ?? "       -" }
    let width = first.measures.map(\.rawValue.count).max() ?? 0
    var lines = [String(repeating: " ", count: width) + "         A         B     A − B"]
    for measure in first.measures {
      let (a, b) = (first[measure], second[measure])
      let difference = a.flatMap { a in b.map { String(format: "%+8.4f", a - $0) } } ?? "       -"
      lines.append(
        "\(measure.rawValue.padding(toLength: width, withPad: " ", startingAt: 0))  \(text(a))  \(text(b))  \(difference)"
      )
    }
    let sorted = differences.sorted()
    guard !sorted.isEmpty else { return lines.joined(separator: "\n") }
    let mean = sorted.reduce(0, +) / Double(sorted.count)
    let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map { share in
      String(format: "%+.3f", sorted[Int((Double(sorted.count - 1) * share).rounded())])
    }
    lines.append("")
    lines.append(
      "ΔOKS of \(sorted.count) people in \(images.count) images: mean \(String(format: "%+.4f", mean)); "
        + "5, 25, 50, 75, 95 %: \(quantiles.joined(separator: ", "))")
    lines.append(
      "A is better for \(sorted.count { $0 > Self.alike }), B for \(sorted.count { $0 < -Self.alike }), "
        + "alike (within \(Self.alike)) \(sorted.count { abs($0) <= Self.alike })")
    let ranking = ranking
    lines.append("everybody found by both in \(ranking.count) images; the largest and smallest ΔOKS:")
    let ends = ranking.count > 6 ? ranking.prefix(3) + ranking.suffix(3) : ranking[...]
    for image in ends {
      lines.append("  \(String(format: "%+.3f", image.difference))  \(image.first.fileName)")
    }
    return lines.joined(separator: "\n")
  }

  /// The difference up to which two results are taken as alike.
  private static let alike = 0.01
}

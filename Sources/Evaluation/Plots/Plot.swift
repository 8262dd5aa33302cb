import Foundation
import Kapao

/// A chart as SVG: two axes, and lines, filled areas or bars in the order in which they are given.
struct Plot {
  /// One of the axes.
  struct Axis {
    let title: String
    let range: ClosedRange<Double>
    let ticks: [(value: Double, label: String)]
    /// Whether the ticks are names, which stand at an angle, without lines across the chart.
    let isNamed: Bool

    /// An axis with ticks at round numbers.
    init(_ title: String, _ range: ClosedRange<Double>) {
      let rough = (range.upperBound - range.lowerBound) / 6
      let magnitude = pow(10, floor(log10(rough)))
      let step = [1.0, 2, 5, 10].first { $0 * magnitude >= rough }! * magnitude
      let decimals = max(0, Int(-floor(log10(step) + 1e-9)))
      self.title = title
      self.range = range
      isNamed = false
      let first = Int((range.lowerBound / step - 1e-6).rounded(.up))
      let last = Int((range.upperBound / step + 1e-6).rounded(.down))
      ticks = (first...max(first, last)).map { index in
        let value = Double(index) * step
        return (value, String(format: "%.\(decimals)f", value))
      }
    }

    /// An axis with places of its own, for bars.
    init(_ title: String, names: [String]) {
      self.title = title
      isNamed = true
      range = -0.5...(Double(names.count) - 0.5)
      ticks = names.enumerated().map { (Double($0), $1.replacingOccurrences(of: "_", with: " ")) }
    }
  }

  /// What is drawn of a series.
  enum Mark {
    /// A line with a dot at each point; `labels` stand beside the dots.
    case line(labels: [String])
    /// The area between the points and others with the same horizontal places.
    case area(above: [Double])
    /// A bar at each point, from 0.
    case bars
  }

  struct Series {
    /// In the legend; empty for none.
    let name: String
    let colour: String
    let points: [(x: Double, y: Double)]
    let mark: Mark
  }

  static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555"]

  let title: String
  let x: Axis
  let y: Axis
  let series: [Series]

  private static let (width, height) = (820.0, 480.0)
  private var frame: (left: Double, right: Double, top: Double, bottom: Double) {
    (70, Self.width - 210, 40, Self.height - (x.isNamed ? 100 : 55))
  }

  private func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
    let horizontal = (point.x - x.range.lowerBound) / (x.range.upperBound - x.range.lowerBound)
    let vertical = (point.y - y.range.lowerBound) / (y.range.upperBound - y.range.lowerBound)
    return (
      frame.left + horizontal * (frame.right - frame.left), frame.bottom - vertical * (frame.bottom - frame.top)
    )
  }

  /// The chart as a file.
  var svg: String {
    let size = "\(Int(Self.width)) \(Int(Self.height))"
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(size)\" font-family=\"sans-serif\" font-size=\"13\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
      Self.text(title, at: (frame.left, 24), size: 16),
    ]
    lines += grid + series.flatMap(drawn) + legend
    return (lines + ["</svg>\n"]).joined(separator: "\n")
  }

  private var grid: [String] {
    let middle = ((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2)
    var lines = [
      Self.text(x.title, at: (middle.0, Self.height - 12), anchor: "middle"),
      "<g transform=\"rotate(-90 20 \(Self.number(middle.1)))\">"
        + Self.text(y.title, at: (20, middle.1), anchor: "middle") + "</g>",
    ]
    for tick in x.ticks {
      let at = place((tick.value, y.range.lowerBound)).x
      if x.isNamed {
        let label = Self.text(tick.label, at: (at, frame.bottom + 14), anchor: "end")
        lines.append(
          "<g transform=\"rotate(-45 \(Self.number(at)) \(Self.number(frame.bottom + 14)))\">\(label)</g>")
      } else {
        lines.append(Self.line((at, frame.top), (at, frame.bottom), "#ddd"))
        lines.append(Self.text(tick.label, at: (at, frame.bottom + 18), anchor: "middle"))
      }
    }
    for tick in y.ticks {
      let at = place((x.range.lowerBound, tick.value)).y
      lines.append(Self.line((frame.left, at), (frame.right, at), "#ddd"))
      lines.append(Self.text(tick.label, at: (frame.left - 8, at + 4), anchor: "end"))
    }
    lines.append(Self.line((frame.left, frame.bottom), (frame.right, frame.bottom), "#333"))
    lines.append(Self.line((frame.left, frame.top), (frame.left, frame.bottom), "#333"))
    return lines
  }

  private func drawn(_ series: Series) -> [String] {
    let points = series.points.map(place)
    let path = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
    switch series.mark {
    case .line(let labels):
      let dots = points.map { point in
        "<circle cx=\"\(Self.number(point.x))\" cy=\"\(Self.number(point.y))\" r=\"3.5\" fill=\"\(series.colour)\"/>"
      }
      let texts = zip(labels, points).map { Self.text($0, at: ($1.x + 6, $1.y + 14), size: 11, colour: series.colour) }
      return [
        "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"\(series.colour)\" stroke-width=\"2\"/>"
      ] + (labels.isEmpty ? [] : dots + texts)
    case .area(let above):
      let upper = zip(series.points, above).map { place(($0.x, $1)) }.reversed()
      let outline = path + upper.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
      return [
        "<polygon points=\"\(outline.joined(separator: " "))\" fill=\"\(series.colour)\" stroke=\"#333\" stroke-width=\"0.5\"/>"
      ]
    case .bars:
      let width = (place((1, 0)).x - place((0, 0)).x) * 0.8
      return zip(series.points, points).map { value, point in
        let base = place((value.x, y.range.lowerBound)).y
        let left = point.x - width / 2
        return
          "<rect x=\"\(Self.number(left))\" y=\"\(Self.number(point.y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(base - point.y))\" fill=\"\(series.colour)\"/>"
      }
    }
  }

  private var legend: [String] {
    series.filter { !$0.name.isEmpty }.enumerated().flatMap { index, series in
      let at = (x: frame.right + 14, y: frame.top + 20 * Double(index))
      return [
        "<rect x=\"\(Self.number(at.x))\" y=\"\(Self.number(at.y))\" width=\"14\" height=\"14\" fill=\"\(series.colour)\" stroke=\"#333\" stroke-width=\"0.5\"/>",
        Self.text(series.name, at: (at.x + 20, at.y + 12)),
      ]
    }
  }

  private static func line(_ from: (Double, Double), _ to: (Double, Double), _ colour: String) -> String {
    "<line x1=\"\(number(from.0))\" y1=\"\(number(from.1))\" x2=\"\(number(to.0))\" y2=\"\(number(to.1))\" stroke=\"\(colour)\"/>"
  }

  private static func text(
    _ text: String, at place: (Double, Double), anchor: String = "start", size: Int = 13, colour: String = "#222"
  ) -> String {
    "<text x=\"\(number(place.0))\" y=\"\(number(place.1))\" text-anchor=\"\(anchor)\" font-size=\"\(size)\" fill=\"\(colour)\">\(text.escapedForMarkup)</text>"
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension String {
  /// The text with what HTML and SVG read as markup replaced.
  var escapedForMarkup: String {
    var text = ""
    for character in self {
      switch character {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      default: text.append(character)
      }
    }
    return text
  }
}

extension FusionRate {
  /// The rates by labelled keypoint (Figure 4, right), or by person where nothing is labelled, as bars, as SVG.
  package var plot: String {
    let rates = perLabelledKeypoint ?? perPerson
    let bars = Plot.Series(
      name: "", colour: Plot.palette[0], points: rates.enumerated().map { (Double($0), $1) },
      mark: .bars)
    let unit = perLabelledKeypoint == nil ? "person found" : "labelled keypoint"
    return Plot(
      title: "Keypoint objects that were fused", x: Plot.Axis("", names: names),
      y: Plot.Axis("fused per \(unit)", 0...max(1, rates.max() ?? 1)), series: [bars]
    ).svg
  }
}

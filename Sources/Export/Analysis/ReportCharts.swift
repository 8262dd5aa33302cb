import Analysis
import Foundation

/// Lines over time, as SVG.
struct LineChart {
  /// One line.
  struct Series {
    /// Shown above the chart; empty for none.
    var name: String
    /// Time and value; the line breaks where a value is no number.
    var points: [(Double, Double)]
    /// A class of the style sheet instead of the line's own colour.
    var style: String?
  }

  private static let (width, height, left, bottom, top, right) = (920.0, 170.0, 44.0, 22.0, 18.0, 8.0)
  /// Columns of pixels into which values are gathered.
  private static let columns = 700

  let series: [Series]
  let unit: String
  var axis = "s"
  var from: Double?

  init(series: [Series], unit: String, from: Double? = nil, axis: String = "s") {
    self.series = series
    self.unit = unit
    self.from = from
    self.axis = axis
  }

  /// The chart; empty without values.
  var svg: String {
    let values = series.flatMap { $0.points.map(\.1).filter(\.isFinite) }
    let times = series.flatMap { [$0.points.first?.0, $0.points.last?.0].compactMap { $0 } }
    guard let lowest = values.min(), let highest = values.max(), let start = times.min(), let end = times.max(),
      end > start
    else {
      return ""
    }
    let step = Self.step(max(highest - (from ?? lowest), 1e-6) / 4)
    let low = ((from ?? lowest) / step).rounded(.down) * step
    let high = max((highest / step).rounded(.up) * step, low + step)
    let x = { (t: Double) in Self.left + (t - start) / (end - start) * (Self.width - Self.left - Self.right) }
    let y = { (v: Double) in
      Self.height - Self.bottom - (v - low) / (high - low) * (Self.height - Self.bottom - Self.top)
    }
    var text = "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">"
    let lines = Int(((high - low) / step).rounded())
    for index in 0...lines {
      let value = low + Double(index) * step
      let place = Self.text(y(value))
      text +=
        "<line class=\"grid\" x1=\"\(Self.text(Self.left))\" x2=\"\(Self.text(Self.width - Self.right))\" y1=\"\(place)\" y2=\"\(place)\"/>"
      text +=
        "<text x=\"\(Self.text(Self.left - 5))\" y=\"\(Self.text(y(value) + 4))\" text-anchor=\"end\">\(Self.label(value, step: step))</text>"
    }
    let timeStep = Self.step((end - start) / 8)
    var time = (start / timeStep).rounded(.up) * timeStep
    while time <= end {
      text +=
        "<text x=\"\(Self.text(x(time)))\" y=\"\(Self.text(Self.height - 6))\" text-anchor=\"middle\">\(Self.label(time, step: timeStep)) \(axis)</text>"
      time += timeStep
    }
    var legend = Self.left
    for (index, one) in series.enumerated() {
      let style = one.style ?? "line s\(index % 2)"
      text += "<path class=\"\(style)\" d=\"\(path(one, x: x, y: y, start: start, end: end))\"/>"
      guard !one.name.isEmpty else { continue }
      text +=
        "<line class=\"\(style)\" x1=\"\(Self.text(legend))\" x2=\"\(Self.text(legend + 18))\" y1=\"8\" y2=\"8\"/>"
      text += "<text x=\"\(Self.text(legend + 23))\" y=\"12\">\(AnalysisReport.escaped(one.name))</text>"
      legend += 40 + 7 * Double(one.name.count)
    }
    return text + "</svg>"
  }

  /// The line, of which no more than the lowest and the highest value of each column of pixels is drawn.
  private func path(
    _ series: Series, x: (Double) -> Double, y: (Double) -> Double, start: Double, end: Double
  ) -> String {
    var text = ""
    var isDown = false
    var column = -1
    var low: (Double, Double)?
    var high: (Double, Double)?
    func draw(_ point: (Double, Double)) {
      text += "\(isDown ? "L" : "M")\(Self.text(x(point.0))) \(Self.text(y(point.1)))"
      isDown = true
    }
    func flush() {
      guard let a = low, let b = high else { return }
      if a.0 == b.0 {
        draw(a)
      } else if a.0 < b.0 {
        draw(a)
        draw(b)
      } else {
        draw(b)
        draw(a)
      }
      (low, high) = (nil, nil)
    }
    for point in series.points {
      guard point.1.isFinite else {
        flush()
        isDown = false
        continue
      }
      let here = Int((point.0 - start) / (end - start) * Double(Self.columns))
      if here != column {
        flush()
        column = here
      }
      if low.map({ point.1 < $0.1 }) ?? true { low = point }
      if high.map({ point.1 > $0.1 }) ?? true { high = point }
    }
    flush()
    return text
  }

  /// 1, 2 or 5 times a power of ten, at least `value`.
  private static func step(_ value: Double) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= value * 0.999 } ?? 10 * power
  }

  private static func label(_ value: Double, step: Double) -> String {
    AnalysisReport.number(value, step >= 1 ? 0 : step >= 0.1 ? 1 : 2)
  }

  private static func text(_ value: Double) -> String { AnalysisReport.number(value, 1) }
}

/// A court from above with a player's heat map and trail, as SVG.
struct CourtPlan {
  let court: Court
  let movement: Movement

  var svg: String {
    let margin = court.runOff.map { max($0.x, $0.y) } ?? 3
    let plan = CourtSVG(court, room: Point2(margin, margin))
    let (flip, text) = (plan.y, { (v: Double) in CourtSVG.text(v) })
    var svg = "<svg viewBox=\"\(plan.viewBox)\" role=\"img\">"
    var map = HeatMap(court: court, cell: max(court.width, court.length) / 60, margin: margin)
    map.add(movement)
    let cells = map.blurred(radius: max(court.width, court.length) / 40)
    let most = max(cells.max() ?? 0, 1e-9)
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let share = cells[row * map.columns + column] / most
        guard share > 0.02 else { continue }
        let x = Double(column) * map.cell - margin
        let low = Double(row) * map.cell - margin
        let y = min(flip(low), flip(low + map.cell))
        svg +=
          "<rect class=\"heat\" x=\"\(text(x))\" y=\"\(text(y))\" width=\"\(text(map.cell))\" height=\"\(text(map.cell))\" opacity=\"\(text(0.75 * share.squareRoot()))\"/>"
      }
    }
    svg += plan.lines("class=\"court\"")
    return svg + "<path class=\"trail\" d=\"\(trail(flip, text))\"/></svg>"
  }

  /// The way, a point every 0.2 s and at most 3,000.
  private func trail(_ flip: (Double) -> Double, _ text: (Double) -> String) -> String {
    guard let first = movement.states.first, let last = movement.states.last else { return "" }
    let interval = max(0.2, (last.time - first.time) / 3000)
    var path = ""
    var drawn: Movement.State?
    for state in movement.states {
      if let drawn, drawn.piece == state.piece, state.time - drawn.time < interval { continue }
      path += "\(drawn?.piece == state.piece ? "L" : "M")\(text(state.position.x)) \(text(flip(state.position.y)))"
      drawn = state
    }
    return path
  }
}

import Analysis

/// The charts of one person, as SVG; empty where there is nothing to show.
struct PersonCharts {
  /// Speed and distance over time.
  var speed = ""
  /// The way and the heat map on the court.
  var court = ""
  /// Angles of the joints over time.
  var angles = ""
  /// Repetitions over each other.
  var repetitions = ""
  /// The person in the video, as JPEG.
  var picture: [UInt8] = []

  /// The joints whose angles are shown.
  private static let joints = ["knee", "hip", "elbow", "shoulder"]

  /// Indices of the angles that the charts need.
  static func needed(_ definitions: [AngleDefinition]) -> [Int] {
    definitions.indices.filter { index in joints.contains { definitions[index].name.hasSuffix(" " + $0) } }
  }

  /// - Parameter summary: What was counted of the person.
  init(
    _ person: PersonAnalysis, summary: AnalysisSummary.Person, movement: Movement?, settings: PoseAnalysis.Settings,
    definitions: [AngleDefinition]
  ) {
    if let movement, let court = settings.calibration?.court, !movement.states.isEmpty {
      speed = Self.speed(movement, longestGap: settings.movement.longestGap)
      self.court = CourtPlan(court: court, movement: movement).svg
    }
    angles = Self.joints.map { joint -> String in
      let series = ["left", "right"].compactMap { side -> LineChart.Series? in
        guard let index = definitions.firstIndex(where: { $0.name == "\(side) \(joint)" }) else { return nil }
        return person.charts[index].flatMap { $0.isEmpty ? nil : .init(name: "\(side) \(joint)", points: $0.points) }
      }
      return series.isEmpty ? "" : LineChart(series: series, unit: "°").svg
    }.joined()
    repetitions = summary.repetitions.filter { $0.count > 1 }.map { counted -> String in
      guard let index = definitions.firstIndex(where: { $0.name == counted.angle }) else { return "" }
      return "<h3>\(AnalysisReport.escaped(person.name)), \(counted.angle), over one repetition</h3>"
        + Self.overlay(person.series(index), counted.repetitions)
    }.joined()
  }

  private static func speed(_ movement: Movement, longestGap: Double) -> String {
    let speed = LineChart.Series(
      name: "speed, m/s",
      points: ChartLine(longestGap: longestGap, movement.states.lazy.map { ($0.time, $0.speed ?? .nan) }).points)
    let way = LineChart.Series(
      name: "distance, m",
      points: ChartLine(longestGap: .infinity, movement.states.lazy.map { ($0.time, $0.distance) }).points)
    return LineChart(series: [speed], unit: "m/s", from: 0).svg + LineChart(series: [way], unit: "m", from: 0).svg
  }

  /// All repetitions on one axis of 0…100 %, with their mean and its standard deviation.
  private static func overlay(_ series: [(time: Double, angle: Double)], _ repetitions: [Repetitions.Repetition])
    -> String
  {
    let steps = 50
    var curves: [[Double]] = []
    for repetition in repetitions {
      let part = series.filter { $0.time >= repetition.start && $0.time <= repetition.end }
      guard part.count > 3 else { continue }
      var next = 1
      curves.append(
        (0...steps).map { step in
          let time = repetition.start + repetition.duration * Double(step) / Double(steps)
          while next < part.count - 1, part[next].time < time { next += 1 }
          let (a, b) = (part[next - 1], part[next])
          return a.angle + (b.angle - a.angle) * min(max((time - a.time) / max(b.time - a.time, 1e-9), 0), 1)
        })
    }
    guard !curves.isEmpty else { return "" }
    let count = Double(curves.count)
    let mean = (0...steps).map { step in curves.map { $0[step] }.reduce(0, +) / count }
    let deviation = (0...steps).map { step in
      (curves.map { ($0[step] - mean[step]) * ($0[step] - mean[step]) }.reduce(0, +) / count).squareRoot()
    }
    let at = { (step: Int) in 100 * Double(step) / Double(steps) }
    func line(_ name: String, _ values: [Double], _ style: String) -> LineChart.Series {
      .init(
        name: name, points: values.enumerated().map { (at($0.offset), $0.element) }, style: style
      )
    }
    return LineChart(
      series: curves.map { line("", $0, "thin") } + [
        line("mean", mean, "strong"), line("± SD", zip(mean, deviation).map { $0 + $1 }, "dashed"),
        line("", zip(mean, deviation).map { $0 - $1 }, "dashed"),
      ], unit: "°", axis: "%"
    ).svg
  }
}

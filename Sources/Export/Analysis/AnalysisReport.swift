import Analysis
import Foundation
import Kapao
import Support

/// An analysis as one page of HTML: needs no network and no scripts, prints, and follows the reader's choice of dark or light.
struct AnalysisReport {
  let summary: AnalysisSummary
  /// In the order of the summary's people.
  let charts: [PersonCharts]
  let settings: PoseAnalysis.Settings
  /// Frames of the video; empty without it.
  let frames: [(time: Double, jpeg: [UInt8])]

  /// The page.
  var html: String {
    var body = section("Who", people) + section("Frames", overview)
    if settings.calibration != nil {
      body += section("Distance and speed", movementTable + intervals + zoneTables)
      body += section("Speed over time", perPerson(\.speed))
      body += section("Where on the court", courts)
    }
    if !summary.people.allSatisfy(\.repetitions.isEmpty) { body += section("Repetitions", repetitions) }
    body += section("Strides", gait)
    body += section("Angles over time", perPerson(\.angles))
    body += section("Quality of the poses", quality)
    let name = Self.escaped(URL(fileURLWithPath: summary.source).lastPathComponent)
    let length =
      "\(Self.number(summary.seconds, 1)) s, \(summary.people.count) \(summary.people.count == 1 ? "person" : "people")"
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(name)</title><style>\(Self.style)</style></head><body>
      <h1>\(name)</h1><p>\(length)\(summary.court.map { ", \(Self.escaped($0)) court" } ?? "")</p>
      \(body)
      </body></html>

      """
  }

  private func section(_ title: String, _ content: String) -> String {
    content.isEmpty ? "" : "<section><h2>\(title)</h2>\(content)</section>\n"
  }

  private func perPerson(_ chart: KeyPath<PersonCharts, String>) -> String {
    zip(summary.people, charts).map { person, charts in
      let content = charts[keyPath: chart]
      return content.isEmpty ? "" : "<h3>\(Self.escaped(person.name))</h3>\(content)"
    }.joined()
  }

  // MARK: Tables

  private var movementTable: String {
    Self.table(
      ["Player", "Seen, s", "Distance, m", "Mean speed, m/s", "Top speed, m/s", "Sprints", "Coverage, %"]
        + (settings.calibration?.court.base == nil
          ? [] : ["On the T, %", "Mean distance from the T, m", "Recovery, s"]),
      summary.people.compactMap { person in person.movement.map { [person.name] + Self.cells($0) } })
  }

  private static func cells(_ m: PlayerSummary) -> [String] {
    [
      number(m.time, 1), number(m.distance, 1), number(m.meanSpeed, 2), number(m.topSpeed, 2), "\(m.sprints.count)",
      number(m.coverage * 100, 0),
    ]
      + (m.base.map {
        [number($0.share * 100, 1), number($0.meanDistance, 2), $0.meanRecovery.map { number($0, 2) } ?? "–"]
      } ?? [])
  }

  private var intervals: String {
    let rows = summary.people.flatMap { person in
      person.intervals.map { [$0.interval.name, person.name] + Self.cells($0.movement) }
    }
    guard !rows.isEmpty else { return "" }
    let names = [
      "Interval", "Player", "Seen, s", "Distance, m", "Mean speed, m/s", "Top speed, m/s", "Sprints", "Coverage, %",
    ]
    let base =
      settings.calibration?.court.base == nil ? [] : ["On the T, %", "Mean distance from the T, m", "Recovery, s"]
    return "<h3>By interval</h3>" + Self.table(names + base, rows)
  }

  private var zoneTables: String {
    var text = "<h3>Zones of speed</h3>"
    let zones = summary.people.first?.movement?.speedZones.map(\.name) ?? []
    text += Self.table(
      ["Player"] + zones.map { "\($0), s" } + zones.map { "\($0), m" },
      summary.people.map { person in
        [person.name] + (person.movement?.speedZones.map { Self.number($0.time, 1) } ?? [])
          + (person.movement?.speedZones.map { Self.number($0.distance, 1) } ?? [])
      })
    let sets = Set(summary.people.flatMap { $0.movement?.courtZones.keys.map { $0 } ?? [] }).sorted()
    for set in sets {
      let names = summary.people.first?.movement?.courtZones[set]?.map(\.name) ?? []
      text += "<h3>Court: \(Self.escaped(set))</h3>"
      text += Self.table(
        ["Player"] + names.map { "\($0), %" },
        summary.people.map { person in
          let total = max(person.movement?.time ?? 0, 1e-9)
          return [person.name] + (person.movement?.courtZones[set]?.map { Self.number(100 * $0.time / total, 1) } ?? [])
        })
    }
    return text
  }

  private var quality: String {
    Self.table(
      [
        "Person", "From, s", "To, s", "Frames", "Found in, %", "Left and right repaired, %", "Outliers, %", "Filled, %",
        "Off the court, %", "Jumps",
      ],
      summary.people.map { person in
        let q = person.quality
        let points = Double(max(q.keypoints, 1))
        let frames = Double(max(q.frames, 1))
        return [
          person.name, Self.number(person.start, 1), Self.number(person.end, 1), "\(q.frames)",
          Self.number(100 * Double(q.detected) / frames, 1), Self.number(100 * Double(q.exchanged) / points, 2),
          Self.number(100 * Double(q.outliers) / points, 2), Self.number(100 * Double(q.filled) / points, 2),
          Self.number(100 * Double(q.offCourt) / frames, 1), "\(q.unreachable)",
        ]
      })
  }

  private var people: String {
    zip(summary.people, charts).map { person, charts in
      charts.picture.isEmpty ? "" : Self.figure(charts.picture, caption: person.name, style: "person")
    }.joined()
  }

  private var overview: String {
    frames.map { Self.figure($0.jpeg, caption: "\(Self.number($0.time, 1)) s", style: "frame") }.joined()
  }

  private static func figure(_ jpeg: [UInt8], caption: String, style: String) -> String {
    let data = Data(jpeg).base64EncodedString()
    return "<figure class=\"\(style)\"><img alt=\"\(escaped(caption))\" src=\"data:image/jpeg;base64,\(data)\">"
      + "<figcaption>\(escaped(caption))</figcaption></figure>"
  }

  private var gait: String {
    let text = { (value: Double?, decimals: Int) in value.map { Self.number($0, decimals) } ?? "–" }
    let rows = summary.people.flatMap { person -> [[String]] in
      guard let gait = person.gait else { return [] }
      return [("left", gait.left), ("right", gait.right)].compactMap { side, foot in
        guard let foot else { return nil }
        return [
          person.name, side, "\(foot.strides)", Self.number(gait.cadence, 1), Self.number(foot.strideTime, 3),
          text(foot.stepTime, 3), Self.number(100 * foot.stance, 0), text(foot.strideLength, 2),
          text(foot.stepLength, 2),
          text(gait.speed, 2), text(gait.symmetry, 2),
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    let head = [
      "Person", "Foot", "Strides", "Cadence, steps/min", "Stride, s", "Step, s", "Stance, %", "Stride, m", "Step, m",
      "Speed, m/s", "Step time left/right",
    ]
    return Self.table(head, rows)
      + "<p>Contacts are estimates from ankles and hips: the skeleton has neither heel nor toe.</p>"
  }

  private var repetitions: String {
    Self.table(
      ["Person", "Angle", "Count", "Range, ° (mean ± SD)", "Duration, s (mean)"],
      summary.people.flatMap { person in
        person.repetitions.map {
          [
            person.name, $0.angle, "\($0.count)",
            "\(Self.number($0.meanRange, 1)) ± \(Self.number($0.rangeDeviation, 1))",
            Self.number($0.meanDuration, 2),
          ]
        }
      }) + charts.map(\.repetitions).joined()
  }

  private var courts: String {
    zip(summary.people, charts).map { person, charts in
      charts.court.isEmpty
        ? "" : "<figure>\(charts.court)<figcaption>\(Self.escaped(person.name))</figcaption></figure>"
    }.joined()
  }

  // MARK: Text

  static func number(_ value: Double, _ decimals: Int) -> String {
    var text = TextBuffer()
    text.append(value, decimals: decimals)
    return text.string
  }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    guard !rows.isEmpty else { return "" }
    let line = { (cells: [String], tag: String) in
      "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<div class=\"wide\"><table>\(line(head, "th"))\(rows.map { line($0, "td") }.joined())</table></div>"
  }

  private static let style = """
    :root{color-scheme:light dark;--text:#1b1f24;--soft:#667;--line:#d5d9de;--back:#fff;--a:#1769aa;--b:#c2410c;--heat:#d62828}
    @media(prefers-color-scheme:dark){:root{--text:#e6e8eb;--soft:#9aa3ad;--line:#3a4149;--back:#15181c;--a:#5ab0f5;--b:#fb923c;--heat:#ff6b5e}}
    body{font:15px/1.45 system-ui,sans-serif;color:var(--text);background:var(--back);max-width:68rem;margin:2rem auto;padding:0 1rem}
    h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .3rem;font-weight:600}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:right}
    td:first-child,th:first-child{text-align:left}th{color:var(--soft);font-weight:500;vertical-align:bottom}.wide{overflow-x:auto}
    svg{display:block;width:100%;height:auto}figure{display:inline-block;margin:0 1rem 1rem 0;width:min(100%,17rem);vertical-align:top}
    figure.person{width:9rem}figure.frame{width:14.5rem}img{display:block;width:100%;border-radius:4px}
    figcaption{text-align:center;color:var(--soft)}text{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}
    .line{fill:none;stroke-width:1.5}.s0{stroke:var(--a)}.s1{stroke:var(--b)}.thin{fill:none;stroke:var(--soft);opacity:.45}
    .strong{fill:none;stroke:var(--a);stroke-width:2.5}.dashed{fill:none;stroke:var(--a);stroke-dasharray:4 3}
    .court{fill:none;stroke:var(--text);stroke-width:.05}.trail{fill:none;stroke:var(--a);stroke-width:.04;opacity:.5}.heat{fill:var(--heat)}
    @media print{body{max-width:none;margin:0}section{break-inside:avoid}}
    """
}

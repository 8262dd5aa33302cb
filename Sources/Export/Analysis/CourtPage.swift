import Analysis
import Foundation

/// A page on which the points of a court are put onto a frame of the video; it needs no network, and gives `court.json`.
package struct CourtPage {
  /// The page.
  package let html: String

  /// - Parameters:
  ///   - court: The plan.
  ///   - landmarks: The points that are there from the start.
  ///   - jpeg: The frame.
  ///   - width: The frame's width, px.
  ///   - height: The frame's height, px.
  ///   - limit: Centimetres; points that are further off are shown in red and no file is given.
  /// - Throws: What cannot be encoded as JSON.
  package init(
    court: Court, landmarks: [CourtCalibration.Landmark] = [], jpeg: [UInt8], width: Int, height: Int, limit: Double
  ) throws {
    struct Start: Encodable {
      let court: Court
      let imageSize: [Int]
      let landmarks: [CourtCalibration.Landmark]
      let limit: Double
    }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys]
    let start = try encoder.encode(Start(court: court, imageSize: [width, height], landmarks: landmarks, limit: limit))
    // `<` would end the script element early.
    let data = String(decoding: start, as: UTF8.self).replacingOccurrences(of: "<", with: "\\u003c")
    let name = AnalysisReport.escaped(court.name)
    html = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>Where the \(name) court is</title><style>\(Self.style)</style></head><body>
      <header><h1>Where the \(name) court is</h1>
      <p>Choose a point of the plan, then click it in the frame. Drag points to move them; the wheel enlarges the frame, and a
      double click on a point takes it away. Four points are enough; more show how exact they are.</p></header>
      <main><svg id="frame" viewBox="0 0 \(width) \(height)"><image width="\(width)" height="\(height)"
      href="data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())"/><g id="lines"></g><g id="points"></g></svg>
      <aside><svg id="plan"></svg><p id="message"></p><table id="errors"></table>
      <p><a id="save" download="court.json">Save court.json</a></p>
      <details><summary>court.json</summary><pre id="json"></pre></details></aside></main>
      <script id="data" type="application/json">\(data)</script><script>\(Self.script)</script>
      </body></html>

      """
  }

  private static let style = """
    :root{color-scheme:light dark;--line:#667;--ok:#1769aa;--bad:#d62828;--on:#e8a400}
    body{font:15px/1.4 system-ui,sans-serif;margin:1rem}h1{font-size:1.2rem;margin:0}p{margin:.4rem 0;max-width:60rem}
    main{display:grid;grid-template-columns:minmax(0,1fr) 19rem;gap:1rem;align-items:start}
    #frame{width:100%;background:#000;cursor:crosshair;touch-action:none}#plan{width:100%;max-height:45vh}
    #lines polyline{fill:none;stroke:#ffdd33;vector-effect:non-scaling-stroke;stroke-width:1.5}
    #points circle{fill:transparent;stroke:#ff5252;stroke-width:2;vector-effect:non-scaling-stroke;cursor:move}
    #points path{stroke:#ff5252;vector-effect:non-scaling-stroke;pointer-events:none}
    #points .on circle,#points .on path{stroke:var(--on)}
    #plan polyline{fill:none;stroke:var(--line);vector-effect:non-scaling-stroke}#plan circle{fill:var(--line);cursor:pointer}
    #plan .set{fill:var(--ok)}#plan .on{fill:var(--on)}#message,.bad{color:var(--bad)}
    td{padding:0 .6rem 0 0;font-variant-numeric:tabular-nums}a:not([href]){display:none}pre{overflow:auto;max-height:20rem}
    """
}

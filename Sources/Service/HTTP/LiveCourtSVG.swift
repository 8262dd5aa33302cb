import Analysis
import Export
import Pipeline
import Render

/// The court of a live stream from above with its players, as an SVG file: their ways of the last seconds, numbers and speeds.
struct LiveCourtSVG {
  let court: Court
  let players: [LiveStatus.Player]

  var text: String {
    let plan = CourtSVG(court, room: court.runOff ?? Point2(2, 2))
    // A court of any size is drawn alike.
    let unit = max(court.width, court.length) / 100
    let size = { (share: Double) in CourtSVG.text(share * unit) }
    var svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"\(plan.viewBox)\">"
    svg += plan.lines("fill=\"none\" stroke=\"#c3ccd8\" stroke-width=\"\(size(0.7))\"")
    for player in players {
      let colour = OverlayPalette.identity(player.trackID)
      let (x, y) = (player.position.x, plan.y(player.position.y))
      let paint = "rgb(\(colour))"
      for piece in player.trail where piece.count > 1 {
        svg +=
          "<polyline fill=\"none\" stroke=\"\(paint)\" stroke-width=\"\(size(0.9))\" points=\"\(plan.points(piece))\"/>"
      }
      let label = "font-family=\"sans-serif\" text-anchor=\"middle\""
      svg += "<circle cx=\"\(CourtSVG.text(x))\" cy=\"\(CourtSVG.text(y))\" r=\"\(size(2.6))\" fill=\"\(paint)\"/>"
      svg +=
        "<text x=\"\(CourtSVG.text(x))\" y=\"\(CourtSVG.text(y + 1.2 * unit))\" \(label) font-size=\"\(size(3.4))\" "
        + "fill=\"\(colour.isBright ? "#101014" : "#fff")\">\(player.trackID)</text>"
      if let speed = player.position.speed {
        svg +=
          "<text x=\"\(CourtSVG.text(x))\" y=\"\(CourtSVG.text(y + 5.8 * unit))\" \(label) font-size=\"\(size(2.8))\" "
          + "fill=\"#e8edf3\">\(CourtSVG.text(speed, decimals: 1)) m/s</text>"
      }
    }
    return svg + "</svg>\n"
  }
}

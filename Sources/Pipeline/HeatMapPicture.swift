import Analysis
import Kapao
import Render
import VideoIO

/// Where players were, as a picture: a court from above for each of them, side by side.
package struct HeatMapPicture {
  private static let height = 900.0
  private static let heat = RGBColour(red: 255, green: 70, blue: 40)

  private let court: Court
  private let maps: [(name: String, map: HeatMap)]

  /// Maps of the same court, cell and margin.
  package init(court: Court, maps: [(name: String, map: HeatMap)]) {
    self.court = court
    self.maps = maps
  }

  /// Writes the picture, in the format of the name's extension.
  ///
  /// - Throws: `VideoError`, `RenderError`.
  package func write(to path: String) throws {
    guard let margin = maps.first?.map.margin else { return }
    let scale = Self.height / (court.length + 2 * margin)
    let width = (court.width + 2 * margin) * scale
    let size = ImageSize(width: Int(width * Double(maps.count)) & ~1, height: Int(Self.height))
    let frame = try VideoFrame.blank(size: size)
    let shapes = maps.enumerated().flatMap {
      self.shapes($1.map, name: $1.name, left: width * Double($0), scale: scale)
    }
    try OverlayRenderer(skeleton: .coco17).draw([], shapes: shapes, onto: frame)
    let writer = try VideoWriter(path, template: OutputTemplate(timeBase: frame.timeBase))
    defer { writer.abandon() }
    try writer.write(frame)
    try writer.finish()
  }

  private func shapes(_ map: HeatMap, name: String, left: Double, scale: Double) -> [OverlayShape] {
    func pixel(_ p: Point2) -> Point2 {
      let along = court.isClockwise ? p.y : court.length - p.y
      return .init(left + (p.x + map.margin) * scale, (along + map.margin) * scale)
    }
    let cells = map.blurred(radius: max(court.width, court.length) / 40)
    let most = max(cells.max() ?? 0, 1e-9)
    let side = map.cell * scale
    let heat = cells.indices.compactMap { index -> OverlayShape? in
      let share = cells[index] / most
      guard share > 0.02 else { return nil }
      let low = Point2(
        Double(index % map.columns) * map.cell - map.margin, Double(index / map.columns) * map.cell - map.margin)
      let corner = pixel(court.isClockwise ? low : Point2(low.x, low.y + map.cell))
      return .fill(
        left: corner.x, top: corner.y, width: side, height: side, colour: Self.heat, opacity: share.squareRoot())
    }
    let lines = court.lines.map { OverlayShape.line($0.points.map(pixel), width: 2, colour: .white, outline: 0) }
    let label = OverlayShape.label(
      name, at: .init(left + (court.width / 2 + map.margin) * scale, Self.height - 8), anchor: .above, size: 22,
      colour: .white)
    return heat + lines + [label]
  }
}

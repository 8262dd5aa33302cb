import Analysis

/// A court from above as SVG in metres: what reports and the page of live streams have in common.
package struct CourtSVG {
  private let court: Court
  private let room: Point2

  /// - Parameter room: Metres that are shown beside the court, at the sides and behind the ends.
  package init(_ court: Court, room: Point2) {
    self.court = court
    self.room = room
  }

  /// Left, top, width and height of the drawing.
  package var viewBox: String {
    let (width, length) = (court.width + 2 * room.x, court.length + 2 * room.y)
    return "\(Self.text(-room.x)) \(Self.text(-room.y)) \(Self.text(width)) \(Self.text(length))"
  }

  /// The court's lines, each with attributes.
  package func lines(_ attributes: String) -> String {
    court.lines.map { "<polyline \(attributes) points=\"\(points($0.points))\"/>" }.joined()
  }

  /// Corners of a line.
  package func points(_ points: [Point2]) -> String {
    points.map { "\(Self.text($0.x)),\(Self.text(y($0.y)))" }.joined(separator: " ")
  }

  /// Where a distance along the court is drawn.
  package func y(_ along: Double) -> Double { court.isClockwise ? along : court.length - along }

  /// A length or speed as text.
  package static func text(_ value: Double, decimals: Int = 2) -> String { AnalysisReport.number(value, decimals) }
}

import Analysis
import CCairo
import Kapao
import VideoIO

/// Something other than a pose to draw onto a frame, in pixels from its upper left corner.
package enum OverlayShape: Hashable, Sendable {
  /// Where a text lies from its position.
  package enum Anchor: Hashable, Sendable {
    /// The position is the middle of the text's lower edge.
    case above
    /// The position is the middle of the text.
    case centre
  }

  /// Lines from point to point with round ends; one point is a dot. `outline` is the width of a dark edge.
  case line([Point2], width: Double, colour: RGBColour, outline: Double)
  /// A rectangle that lets `1 - opacity` of what is under it through.
  case fill(left: Double, top: Double, width: Double, height: Double, colour: RGBColour, opacity: Double)
  /// Text on a panel; it is moved into the frame where it would stick out.
  case label(String, at: Point2, anchor: Anchor, size: Double, colour: RGBColour)

  /// A dot.
  package static func dot(_ point: Point2, radius: Double, colour: RGBColour, outline: Double = 0) -> OverlayShape {
    .line([point], width: 2 * radius, colour: colour, outline: outline)
  }

  func draw(on canvas: OverlayCanvas, frame: VideoFrame) {
    switch self {
    case .line(let points, let width, let colour, let outline):
      let ends = points.count == 1 ? zip(points, points[...]) : zip(points, points.dropFirst())
      let segments = ends.map { Segment(x1: $0.x, y1: $0.y, x2: $1.x, y2: $1.y) }
      if outline > 0 {
        let ink = PlaneColour(.ink, in: frame)
        for segment in segments { canvas.draw(segment, radius: width / 2 + outline, colour: ink) }
      }
      for segment in segments { canvas.draw(segment, radius: width / 2, colour: PlaneColour(colour, in: frame)) }
    case .fill(let left, let top, let width, let height, let colour, let opacity):
      let box = Box(x1: Float(left), y1: Float(top), x2: Float(left + width), y2: Float(top + height))
      canvas.fill(box, colour: PlaneColour(colour, in: frame), opacity: opacity)
    case .label(let text, let point, let anchor, let size, let colour):
      guard point.x.isFinite, point.y.isFinite else { return }
      let padding = size * 0.35
      let extent = canvas.extent(of: text, size: size)
      let (width, height) = (extent.width + 2 * padding, extent.height + padding)
      let top = point.y - (anchor == .above ? height : height / 2)
      canvas.draw(
        panel: [(text, extent)],
        x: max(0, min(point.x - width / 2, Double(frame.size.width) - width)).rounded(),
        y: max(0, min(top, Double(frame.size.height) - height)).rounded(), size: size, padding: padding,
        colour: PlaneColour(colour.isBright ? .ink : .white, in: frame), panel: PlaneColour(colour, in: frame),
        panelOpacity: 0.85)
    }
  }
}

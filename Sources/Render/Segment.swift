/// A line from one point to another, in pixels.
package struct Segment: Hashable {
  package var x1: Double
  package var y1: Double
  package var x2: Double
  package var y2: Double

  package init(x1: Double, y1: Double, x2: Double, y2: Double) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// The part of the line inside a rectangle (Liang–Barsky), or `nil` where none is or a coordinate is not finite.
  package func clipped(left: Double, top: Double, right: Double, bottom: Double) -> Segment? {
    guard x1.isFinite, y1.isFinite, x2.isFinite, y2.isFinite else { return nil }
    let (dx, dy) = (x2 - x1, y2 - y1)
    var (from, to) = (0.0, 1.0)
    for (delta, distance) in [(-dx, x1 - left), (dx, right - x1), (-dy, y1 - top), (dy, bottom - y1)] {
      if delta == 0 {
        if distance < 0 { return nil }
      } else if delta < 0 {
        from = max(from, distance / delta)
      } else {
        to = min(to, distance / delta)
      }
    }
    guard from <= to else { return nil }
    return Segment(
      x1: from > 0 ? x1 + from * dx : x1, y1: from > 0 ? y1 + from * dy : y1,
      x2: to < 1 ? x1 + to * dx : x2, y2: to < 1 ? y1 + to * dy : y2)
  }

  /// The smallest and largest x of the line's part with y in `top ... bottom`, or `nil` where it has none.
  package func extent(top: Double, bottom: Double) -> ClosedRange<Double>? {
    let (low, high) = y1 <= y2 ? (y1, y2) : (y2, y1)
    guard low <= bottom, high >= top else { return nil }
    guard high - low > 1e-6 else { return min(x1, x2)...max(x1, x2) }
    func x(at y: Double) -> Double { x1 + (min(max(y, low), high) - y1) / (y2 - y1) * (x2 - x1) }
    let (a, b) = (x(at: top), x(at: bottom))
    return min(a, b)...max(a, b)
  }
}

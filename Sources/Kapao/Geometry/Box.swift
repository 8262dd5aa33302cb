/// An axis-aligned rectangle by two corners, in pixels; x grows to the right and y down.
public struct Box: Hashable, Sendable {
  /// Left edge.
  public var x1: Float
  /// Upper edge.
  public var y1: Float
  /// Right edge.
  public var x2: Float
  /// Lower edge.
  public var y2: Float

  /// A rectangle from its corners.
  public init(x1: Float, y1: Float, x2: Float, y2: Float) {
    self.x1 = x1
    self.y1 = y1
    self.x2 = x2
    self.y2 = y2
  }

  /// Width; negative if the corners are in the wrong order.
  public var width: Float { x2 - x1 }
  /// Height; negative if the corners are in the wrong order.
  public var height: Float { y2 - y1 }
  /// Area, zero for an inverted rectangle.
  public var area: Float { max(0, width) * max(0, height) }

  /// The part of the rectangle inside an image of `width` × `height` pixels.
  package func clipped(width: Int, height: Int) -> Box {
    let right = Float(width)
    let bottom = Float(height)
    return Box(
      x1: min(max(x1, 0), right), y1: min(max(y1, 0), bottom), x2: min(max(x2, 0), right), y2: min(max(y2, 0), bottom))
  }

  /// Intersection over union with another rectangle, 0…1.
  public func overlap(with other: Box) -> Float {
    let width = min(x2, other.x2) - max(x1, other.x1)
    let height = min(y2, other.y2) - max(y1, other.y1)
    guard width > 0, height > 0 else { return 0 }
    return width * height / (area + other.area - width * height)
  }
}

/// Polygons in the picture or on the floor.
package enum Polygon {
  /// Whether a point lies in the polygon of `corners`, in order around it (even-odd rule).
  package static func contains(_ x: Double, _ y: Double, corners: some Collection<(x: Double, y: Double)>) -> Bool {
    var isInside = false
    var before: (x: Double, y: Double)?
    func cross(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) {
      if (a.y > y) != (b.y > y), x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x { isInside.toggle() }
    }
    for corner in corners {
      if let before { cross(corner, before) }
      before = corner
    }
    if let first = corners.first, let before { cross(first, before) }
    return isInside
  }
}

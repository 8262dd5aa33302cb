import Kapao

/// A box by its upper left corner and its size, in pixels of the upright picture.
package struct ExportedBox: Hashable, Sendable {
  /// Left edge.
  package let x: Double
  /// Upper edge.
  package let y: Double
  /// Width, never negative.
  package let width: Double
  /// Height, never negative.
  package let height: Double

  /// A box from corner and size.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// A box with corners rounded to hundredths of a pixel; `nil` where one of them is no number.
  package init?(_ box: Box) {
    guard box.x1.isFinite, box.y1.isFinite, box.x2.isFinite, box.y2.isFinite else { return nil }
    let (x1, y1) = (Double(box.x1).rounded(decimals: 2), Double(box.y1).rounded(decimals: 2))
    let (x2, y2) = (Double(box.x2).rounded(decimals: 2), Double(box.y2).rounded(decimals: 2))
    self.init(x: x1, y: y1, width: max(0, x2 - x1), height: max(0, y2 - y1))
  }
}

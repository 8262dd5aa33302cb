import CCairo
import Kapao

extension OverlayCanvas {
  /// Fills the part of a box that is in the picture.
  ///
  /// - Parameter opacity: The share of the colour in what is under it.
  func fill(_ box: Box, colour: PlaneColour, opacity: Double) {
    let box = box.clipped(width: size.width, height: size.height)
    let (width, height) = (Double(box.width), Double(box.height))
    guard width > 0, height > 0 else { return }
    withCairo(x: Double(box.x1), y: Double(box.y1), width: width, height: height) { context in
      cairo_rectangle(context, Double(box.x1), Double(box.y1), width, height)
      set(colour, opacity: opacity)
      cairo_fill(context)
    }
  }
}

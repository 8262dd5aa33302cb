import Render

extension OverlayStyle {
  /// All that can be drawn.
  static var everything: OverlayStyle {
    var style = OverlayStyle()
    style.facePoints = true
    style.boxes = true
    style.labels = .score
    style.showsFrameRate = true
    style.showsTime = true
    return style
  }
}

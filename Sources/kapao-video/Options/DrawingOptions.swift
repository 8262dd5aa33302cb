import ArgumentParser
import Pipeline
import Render

/// What is drawn, with the names of the official demo where it has them.
struct DrawingOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Draw limbs and keypoints.")
  var skeleton = true

  @Flag(help: "Draw the keypoints of the face.")
  var face = false

  @Flag(help: "Draw people's boxes.")
  var bbox = false

  @Flag(help: "Draw the boxes of the keypoint objects that were fused into people.")
  var keypointBoxes = false

  @Flag(help: "Write each person's score at the box.")
  var score = false

  @Option(
    help:
      "person (a colour each), side (left, right, middle), or one colour as name, #rrggbb or r,g,b. Default: person.")
  var color: OverlayStyle.ColourMode?

  @Option(
    help:
      "Colour of the dots and boxes of keypoint objects, as --color is of the rest. Default: brighter than the person's."
  )
  var keypointColor: RGBColour?

  @Option(
    help: "Opacity of the drawing, 0 to 1. (The official demo's --alpha is the opacity of the picture.) Default: 0.9.")
  var alpha: Double?

  @Option(help: "Width of lines in pixels. Default: follows the picture's size.")
  var lineWidth: Double?

  @Option(help: "Radius of keypoints in pixels. Default: follows the width of lines.")
  var keypointSize: Double?

  @Option(help: "Width of the line of keypoints, which are rings then. Default: filled.")
  var keypointThickness: Double?

  @Flag(help: "Write the frame rate of the processing into the picture.")
  var fps = false

  @Flag(help: "Write the time in the video into the picture.")
  var time = false

  func validate() throws {
    var settings = AnalysisSettings()
    apply(to: &settings.drawing)
    try settings.check()
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Drawing) {
    settings.skeleton = skeleton ? nil : false
    settings.face = face ? true : nil
    settings.bbox = bbox ? true : nil
    settings.keypointBoxes = keypointBoxes ? true : nil
    settings.score = score ? true : nil
    settings.color = color
    settings.keypointColor = keypointColor
    settings.alpha = alpha
    settings.lineWidth = lineWidth
    settings.keypointSize = keypointSize
    settings.keypointThickness = keypointThickness
    settings.fps = fps ? true : nil
    settings.time = time ? true : nil
  }
}

extension RGBColour: ExpressibleByArgument {}
extension OverlayStyle.ColourMode: ExpressibleByArgument {}

/// What is drawn of who is who.
struct IdentityDrawingOptions: ParsableArguments {
  @Flag(help: "Write each person's identity at the box.")
  var ids = false

  @Option(help: "Draw the way that each person has gone in the last seconds.")
  var trail = 0.0

  @Flag(inversion: .prefixedNo, help: "Fill players' boxes with a trace of their colour, for --tracker players.")
  var playerBoxes = true

  func validate() throws {
    var settings = AnalysisSettings()
    apply(to: &settings.drawing)
    try settings.check()
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Drawing) {
    settings.ids = ids ? true : nil
    settings.trail = trail
    settings.playerBoxes = playerBoxes ? nil : false
  }
}

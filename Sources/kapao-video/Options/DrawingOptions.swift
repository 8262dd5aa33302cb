import ArgumentParser
import Kapao
import Render

/// What is drawn, with the names of the official demo where it has them.
struct DrawingOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Draw limbs and keypoints.")
  var skeleton = true

  @Flag(help: "Draw the keypoints of the face.")
  var face = false

  @Flag(help: "Draw people's boxes.")
  var bbox = false

  @Flag(help: "Write each person's score at the box.")
  var score = false

  @Option(
    help:
      "person (a colour each), side (left, right, middle), or one colour as name, #rrggbb or r,g,b. Default: person.")
  var color: ColourChoice?

  @Option(
    help: "Opacity of the drawing, 0 to 1. (The official demo's --alpha is the opacity of the picture.) Default: 0.9.")
  var alpha: Double?

  @Option(help: "Width of lines in pixels. Default: follows the picture's size.")
  var lineWidth: Double?

  @Option(help: "Radius of keypoints in pixels. Default: follows the width of lines.")
  var keypointSize: Double?

  @Flag(help: "Write the frame rate of the processing into the picture.")
  var fps = false

  @Flag(help: "Write the time in the video into the picture.")
  var time = false

  func validate() throws {
    if let alpha, !(0...1).contains(alpha) { throw ValidationError("--alpha must be between 0 and 1.") }
    for (name, value) in [("--line-width", lineWidth), ("--keypoint-size", keypointSize)] {
      if let value, !(value > 0 && value <= 1000) {
        throw ValidationError("\(name) must be between 0 and 1000 pixels.")
      }
    }
  }

  /// The style; what the user does not say is the preset's.
  func style(keypointObjectsOnly: Bool, preset: Preset?) -> OverlayStyle {
    var style = OverlayStyle()
    style.skeleton = skeleton
    style.keypoints = skeleton
    style.facePoints = face || preset?.drawsFace == true
    style.boxes = bbox || preset?.isDemo == true
    style.labels = score ? [.score] : []
    style.colourMode = (color ?? preset?.colour ?? .person).mode
    style.opacity = alpha ?? preset?.opacity ?? style.opacity
    style.lineWidth = lineWidth
    style.keypointSize = keypointSize
    style.keypointObjectsOnly = keypointObjectsOnly
    style.showsFrameRate = fps
    style.showsTime = time
    return style
  }
}

/// The value of `--color`.
enum ColourChoice: ExpressibleByArgument {
  case person
  case side
  case fixed(RGBColour)

  init?(argument: String) {
    switch argument {
    case "person": self = .person
    case "side": self = .side
    default:
      guard let colour = RGBColour(argument) else { return nil }
      self = .fixed(colour)
    }
  }

  var defaultValueDescription: String { "person" }

  var mode: OverlayStyle.ColourMode {
    switch self {
    case .person: .person
    case .side: .side
    case .fixed(let colour): .fixed(colour)
    }
  }
}

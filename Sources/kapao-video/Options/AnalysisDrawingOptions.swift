import ArgumentParser
import Pipeline

extension AnalysisSettings.Overlay.Blur: ExpressibleByArgument {}
extension AnalysisSettings.Overlay.Background: ExpressibleByArgument {}

/// What is drawn of an analysis, and what becomes of the frame under the drawing.
struct AnalysisDrawingOptions: ParsableArguments {
  @Option(help: "An angle to draw at its joint, as \"right knee\", or all. Any number of times. Needs tracks.")
  var angle: [String] = []

  @Option(help: "faces: makes the faces of everyone who was found unrecognisable.")
  var blur: AnalysisSettings.Overlay.Blur?

  @Option(help: "What poses are drawn on: video, or black.")
  var background = AnalysisSettings.Overlay.Background.video

  func validate() throws {
    guard angle.isEmpty || AngleChoice(angle) != nil else {
      throw ValidationError("--angle takes \(AngleChoice.expected).")
    }
  }

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Overlay) {
    settings.angle = angle.isEmpty ? nil : AngleChoice(angle)
    settings.blur = blur
    settings.background = background
  }
}

import ArgumentParser
import Pipeline

/// How people are detected, tracked and drawn in a live stream: options of `stream`, and fields of a stream of `serve`.
struct LiveAnalysisOptions: ParsableArguments {
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
  @OptionGroup(title: "Tracking") var tracking: TrackingOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions
  @OptionGroup(title: "Court and side") var camera: CameraOptions
  @OptionGroup(title: "Drawing an analysis") var analysisDrawing: AnalysisDrawingOptions

  func validate() throws { try settings.check(for: .live) }

  /// The settings that the options say.
  var settings: AnalysisSettings {
    var settings = AnalysisSettings()
    network.apply(to: &settings.detection)
    thresholds.apply(to: &settings.detection)
    tracking.apply(to: &settings.tracking)
    drawing.apply(to: &settings.drawing)
    identityDrawing.apply(to: &settings.drawing)
    camera.apply(to: &settings.overlay)
    analysisDrawing.apply(to: &settings.overlay)
    return settings
  }
}

extension AnalysisSettings {
  /// Checks the settings in the words of the command line.
  func check(for use: Use = .files) throws {
    do { try validate(for: use) } catch { throw ValidationError(error.asOptions) }
  }
}

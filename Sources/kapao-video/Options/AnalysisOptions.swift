import ArgumentParser
import Kapao
import Pipeline

/// How people are found in a video: what `annotate` and `export` have in common.
struct AnalysisOptions: ParsableArguments {
  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
  @OptionGroup(title: "Tracking and smoothing") var tracking: TrackingOptions

  @Option(help: "throughput (one frame per core, most frames a second) or latency (all cores on one frame).")
  var coreUse: CoreUse = .throughput

  @Flag(name: .shortAndLong, help: "Print nothing but errors.")
  var quiet = false

  /// Runs over a video.
  ///
  /// - Parameters:
  ///   - video: The file or URL.
  ///   - outputs: Sets the outputs, given the settings of everything else.
  func run(_ video: String, outputs: (inout AnnotationSettings) -> Void) throws {
    let modelPath = try network.path()
    try AnnotationRun(settings(video, modelPath, outputs), modelPath: modelPath, isQuiet: quiet).run()
  }

  private func settings(
    _ video: String, _ modelPath: String, _ outputs: (inout AnnotationSettings) -> Void
  ) throws -> AnnotationSettings {
    let model = try Model.load(modelPath)
    var settings = AnnotationSettings(
      input: video, model: model, inputSize: network.inputSize(model.architecture, preset: thresholds.preset),
      thresholds: thresholds.thresholds(for: model))
    settings.reader = input.readerOptions
    settings.backend = network.backend
    settings.precision = network.precision
    settings.augmented = network.tta
    settings.coreUse = coreUse
    settings.threads = network.threadCount
    settings.reader.decoderThreads = network.threadCount
    settings.writer.threads = network.threadCount
    settings.tracking = tracking.settings(preset: thresholds.preset)
    outputs(&settings)
    return settings
  }
}

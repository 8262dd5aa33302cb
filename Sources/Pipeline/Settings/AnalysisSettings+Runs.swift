import Export
import Foundation
import Kapao

extension AnnotationSettings {
  /// A run over a file with a model, which the settings name or which stands for it.
  package init(input: String, analysis: AnalysisSettings, model: Model) {
    let detection = analysis.detection
    self.init(
      input: input, model: model, inputSize: detection.inputSize(model.architecture),
      thresholds: detection.thresholds(for: model))
    backend = detection.usedBackend
    runtime = detection.runtime
    precision = detection.precision
    augmentation = detection.augmentation
    refinement = detection.refine ?? .auto
    threads = detection.threadCount
    files.reader.decoderThreads = threads
    tracking = analysis.tracking.settings(preset: detection.preset)
    files.style = analysis.drawing.style(
      keypointObjectsOnly: thresholds.keypointObjectsOnly, preset: detection.preset)
  }

  /// What the run goes by, for its description: every threshold and setting that has an effect on the poses.
  package var described: [String: RunDescription.SettingValue] {
    var analysis = AnalysisSettings()
    var refined = refinement
    if refined == .auto, mostRefined == 0 { refined = .off }
    analysis.detection = AnalysisSettings.Detection.resolved(thresholds, augmentation, refined)
    analysis.tracking = AnalysisSettings.Tracking(resolving: tracking)
    return RunDescription.settings(analysis)
  }
}

extension LiveSettings {
  /// A live stream with a model, and with what the settings of its overlay came to.
  package init(
    name: String, source: LiveSource, analysis: AnalysisSettings, overlay: AnalysisOverlaySettings, model: Model
  ) {
    let preset = analysis.detection.preset
    self.init(name: name, source: source, thresholds: analysis.detection.thresholds(for: model))
    self.overlay = overlay
    style = analysis.drawing.style(keypointObjectsOnly: thresholds.keypointObjectsOnly, preset: preset)
    refinement = analysis.detection.refine ?? .off
    tracking = analysis.tracking.settings(preset: preset)
  }
}

extension RunDescription {
  /// Settings by their names.
  static func settings(_ settings: some Encodable) -> [String: SettingValue] {
    // What the settings hold has a form in JSON: numbers are finite.
    guard let json = try? JSONEncoder().encode(settings) else { return [:] }
    return (try? JSONDecoder().decode([String: SettingValue].self, from: json)) ?? [:]
  }
}

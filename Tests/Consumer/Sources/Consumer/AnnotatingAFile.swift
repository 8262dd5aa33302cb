import KapaoVideo

/// Writes a video with the poses drawn into it, and their CSV; returns how many frames it has.
func annotate(_ video: String, to output: String, csv: String, model path: String) throws -> Int {
  let model = try Model.load(path)
  var settings = AnnotationSettings(
    input: video, model: model, inputSize: model.architecture.usualInputSize,
    thresholds: (model.preset ?? .demo).thresholds)
  settings.files.output = output
  settings.files.exports = [ExportTarget(.csv, path: csv)]
  settings.tracking.tracker = .players
  settings.tracking.players.players = 2
  let summary = try Annotation(settings).run()
  for failure in summary.failures { print("an output failed: \(failure)") }
  return summary.progress.frames
}

import ArgumentParser
import Export
import Foundation
import Pipeline
import Support

/// An annotation from the command line: side-cars, Ctrl-C, progress, the lines at the end and the exit code.
struct AnnotationRun {
  private let annotation: Annotation
  private let sideCar: SideCar?
  private let isQuiet: Bool

  /// Opens everything. The settings are not kept: they hold the model, which takes as much memory as the network that
  /// was compiled from it.
  init(_ settings: AnnotationSettings, modelPath: String, isQuiet: Bool) throws {
    try settings.detections?.check(modelPath: modelPath, version: KapaoVideo.version)
    annotation = try Annotation(settings)
    sideCar = try SideCar(annotation: annotation, settings: settings, modelPath: modelPath)
    self.isQuiet = isQuiet
  }

  /// Opens a video and its stored poses.
  init(drawing poses: String, _ files: AnnotationFiles, isQuiet: Bool) throws {
    annotation = try Annotation(drawing: poses, files)
    sideCar = nil
    self.isQuiet = isQuiet
  }

  /// - Parameters:
  ///   - unnamed: An output that is not told of.
  ///   - measure: What is done with the poses when they are there; whether that was interrupted.
  /// - Throws: The run's error, those of the outputs that failed, or `ExitCode` 130 after an interruption.
  func run(unnamed: String? = nil, then measure: (AnnotationSummary) throws -> Bool = { _ in false }) throws {
    InterruptHandler.shared.onInterrupt { annotation.interrupt() }
    let reporter = ProgressReporter(isQuiet: isQuiet, progress: { annotation.progress })
    reporter.start()
    let result = Result { try annotation.run { try sideCar?.begin($0) } }
    reporter.stop()
    let summary = try result.get()
    var failures = summary.failures + (sideCar?.finish(summary) ?? [])
    if !isQuiet { SummaryText(summary, without: unnamed).print() }
    var wasInterrupted = summary.wasInterrupted
    do { wasInterrupted = try measure(summary) || wasInterrupted } catch { failures.append(error) }
    if let error = OutputErrors.joined(failures) { throw error }
    if wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}

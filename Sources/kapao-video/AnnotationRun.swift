import ArgumentParser
import Export
import Foundation
import Pipeline

/// An annotation from the command line: side-cars, Ctrl-C, progress, the lines at the end and the exit code.
struct AnnotationRun {
  private let annotation: Annotation
  private let sideCar: SideCar?
  private let isQuiet: Bool

  /// Opens everything. The settings are not kept: they hold the model, which takes as much memory as the network that
  /// was compiled from it.
  init(_ settings: AnnotationSettings, modelPath: String, isQuiet: Bool) throws {
    annotation = try Annotation(settings)
    sideCar = try SideCar(annotation: annotation, settings: settings, modelPath: modelPath)
    self.isQuiet = isQuiet
  }

  /// - Throws: The run's error, those of the outputs that failed, or `ExitCode` 130 after an interruption.
  func run() throws {
    let signals = InterruptHandler { annotation.interrupt() }
    defer { signals.cancel() }
    let reporter = ProgressReporter(isQuiet: isQuiet, progress: { annotation.progress })
    reporter.start()
    let result = Result { try annotation.run { try sideCar?.begin($0) } }
    reporter.stop()
    let summary = try result.get()
    let failures = summary.failures + (sideCar?.finish(summary) ?? [])
    if !isQuiet { SummaryText(summary).print() }
    if let error = OutputErrors.joined(failures) { throw error }
    if summary.wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}

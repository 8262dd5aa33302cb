import ArgumentParser
import Export
import Foundation
import Pipeline

/// An annotation from the command line: side-cars, Ctrl-C, progress, the lines at the end and the exit code.
struct AnnotationRun {
  private let annotation: Annotation
  private let sideCar: SideCar?
  private let output: String?
  private let isQuiet: Bool

  /// Opens everything. The settings are not kept: they hold the model, which takes as much memory as the network that
  /// was compiled from it.
  init(_ settings: AnnotationSettings, modelPath: String, isQuiet: Bool) throws {
    annotation = try Annotation(settings)
    sideCar = try SideCar(annotation: annotation, settings: settings, modelPath: modelPath)
    output = settings.output
    self.isQuiet = isQuiet
  }

  /// - Throws: The run's error, or `ExitCode` 130 after an interruption.
  func run() throws {
    try sideCar?.write()
    let signals = InterruptHandler { annotation.interrupt() }
    defer { signals.cancel() }
    let reporter = ProgressReporter(isQuiet: isQuiet, progress: { annotation.progress })
    reporter.start()
    let summary: AnnotationSummary
    do {
      summary = try annotation.run()
    } catch {
      reporter.stop()
      if annotation.progress.frames == 0 { sideCar?.remove() }
      throw error
    }
    reporter.stop()
    try sideCar?.write(summary)
    if !isQuiet { SummaryText(summary, output: output).print() }
    if summary.wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}

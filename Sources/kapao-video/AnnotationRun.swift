import ArgumentParser
import Export
import Foundation
import Pipeline

/// An annotation from the command line: side-cars, Ctrl-C, progress, the lines at the end and the exit code.
struct AnnotationRun {
  let settings: AnnotationSettings
  let modelPath: String
  let isQuiet: Bool

  /// - Throws: The run's error, or `ExitCode` 130 after an interruption.
  func run() throws {
    let annotation = try Annotation(settings)
    let sideCar = try SideCar(annotation: annotation, settings: settings, modelPath: modelPath)
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
    if !isQuiet { SummaryText(summary, output: settings.output).print() }
    if summary.wasInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}

import ArgumentParser
import Inference
import Kapao
import Pipeline

/// What is annotated, and how.
struct RunOptions: ParsableArguments {
  @Argument var model: String
  @Argument var clip: String
  @Argument var output: String
  @Option var size = 1024
  @Option var precision: Precision?
  @Option var threads = 2

  func annotation(_ model: Model) throws -> Annotation {
    var settings = AnnotationSettings(
      input: clip, model: model, inputSize: size, thresholds: (model.preset ?? .demo).thresholds)
    settings.files.output = output
    settings.precision = precision
    // Measured beside the network alone.
    settings.refinement = .off
    settings.threads = threads
    return try Annotation(settings)
  }
}

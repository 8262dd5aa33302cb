import ArgumentParser
import Kapao

/// Writes a network twice as wide as a given one, which finds what that finds.
struct Weights: ParsableCommand {
  @Argument(help: "Model to widen.") var model: String
  @Argument(help: "Model file to write.") var output: String

  func run() throws {
    var weights = try WidenedWeights(Model.load(model), seed: 1)
    try weights.model().save(output)
  }
}

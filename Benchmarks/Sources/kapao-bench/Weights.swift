import ArgumentParser
import Kapao

/// Writes a network with random weights: timing does not depend on their values.
struct Weights: ParsableCommand {
  @Option(help: "Multiple of the channels: 0.25 N, 0.5 S, 0.75 M, 1 L.") var width = 0.5
  @Option(help: "Multiple of the bottlenecks: 0.33 N and S, 0.67 M, 1 L.") var depth = 0.33
  @Argument(help: "Model file to write.") var output: String

  func run() throws {
    let architecture = Architecture(keypointCount: 17, widthMultiple: width, depthMultiple: depth)
    var weights = RandomWeights(seed: 1)
    try weights.model(architecture).save(output)
  }
}

import ArgumentParser
import Inference
import Kapao

/// Measures one pass of a network over a picture: answers with milliseconds on the wall and of processor time.
struct Network: ParsableCommand {
  @Argument var model: String
  @Option var width = 1024
  @Option var height = 576
  @Option var backend: Backend = .oneDNN
  @Option var precision: Precision?
  @Option var threads = 1

  func run() throws {
    let size = ImageSize(width: width, height: height)
    let network = try CompiledNetwork(
      model: Model.load(model), inputSize: size, backend: backend, precision: precision, threads: threads)
    let session = try network.makeSession()
    let output = HeadOutput(grids: network.heads)
    let image = LetterboxedImage(noiseOf: size)
    try Worker.serve {
      let time = try Stopwatch { try session.run(image, into: output) }
      return [time.wall, time.cpu]
    }
  }
}

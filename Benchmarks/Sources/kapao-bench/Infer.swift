import ArgumentParser
import Inference
import Kapao

/// Prints the milliseconds of each run of a network, one a line.
struct Infer: ParsableCommand {
  @Argument var model: String
  @Option var width = 1024
  @Option var height = 576
  @Option var backend = "onednn"
  @Option var threads = 1
  @Option var runs = 10

  func run() throws {
    let model = try Model.load(self.model)
    let size = ImageSize(width: width, height: height)
    let network = try CompiledNetwork(
      model: model, inputSize: size, backend: Backend(rawValue: backend)!, threads: threads)
    let session = try network.makeSession()
    let output = HeadOutput(grids: network.heads)
    let image = LetterboxedImage(letterbox: Letterbox(source: size, input: size))
    for index in image.pixels.indices { image.pixels[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7) }
    for time in try Stopwatch.milliseconds(runs, { try session.run(image, into: output) }) { print(time) }
  }
}

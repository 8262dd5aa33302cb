import ArgumentParser
import Evaluation
import Foundation
import Inference
import Kapao
import VideoIO

/// `kapao-video model quantize`.
struct ModelQuantize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Calibrates a model for int8 on your own pictures.",
    discussion: """
      Runs the model in single precision and writes a copy that also holds the range of every layer's values. Weights \
      are in half precision in the file (--weights) and are rounded to 8 bits when it is loaded with --precision int8, which is the \
      default for such a file; --precision fp32 computes with it as before.

      EXAMPLES:
        kapao-video model quantize s.safetensors --video match.mp4 -o q.safetensors
        kapao-video model quantize s.safetensors --images val -o q.safetensors
      """)

  @Argument(help: "Model file.")
  var model: String

  @Option(help: "Folder of images that are like what the model will see.")
  var images: String?

  @Option(help: "Video that is like what the model will see; frames are taken from all of it.")
  var video: String?

  @Option(name: .shortAndLong, help: "Model file to write.")
  var output: String

  @Option(help: "Pictures to use, evenly spread.")
  var count = 100

  @Option(help: "Longest side of the network's input in pixels. Default: as for annotate.")
  var size: Int?

  @Option(help: "Precision of the weights in the file: fp16, or fp32, for --precision fp32.")
  var weights: Model.StoredWeights = .fp16

  func validate() throws {
    guard (images == nil) != (video == nil) else { throw ValidationError("give either --images or --video.") }
    try OutputCheck(inputs: [images ?? video ?? "-"], model: model, videos: [output]).validate()
    guard count > 0 else { throw ValidationError("--count must be at least 1.") }
    if let size { try NetworkOptions.check("--size", size) }
  }

  func run() throws {
    let model = try Model.load(self.model)
    let size = self.size ?? model.architecture.usualInputSize
    let calibrator = Calibrator(model: model, threads: ProcessInfo.processInfo.activeProcessorCount)
    if let images {
      for path in spread(try pictures(in: images)) {
        try calibrator.observe(try StillImage.letterboxed(path, size: size))
      }
    } else if let video {
      try observeFrames(of: video, size: size, calibrator)
    }
    let calibrated = try calibrator.calibrated()
    try calibrated.save(output, weights: weights)
    print("Wrote \(output): calibrated on \(calibrator.imageCount) pictures of at most \(size) pixels")
  }

  private func pictures(in folder: String) throws -> [String] {
    guard let list = try PictureList(folder) else { throw ValidationError("cannot read the folder \(folder)") }
    return list.paths
  }

  private func observeFrames(of path: String, size: Int, _ calibrator: Calibrator) throws {
    let total = try frameCount(of: path)
    let wanted = Set(spread(Array(0..<total)))
    let reader = try VideoReader(path)
    defer { reader.close() }
    let letterboxer = Letterboxer()
    var index = 0
    while let item = try reader.next() {
      guard case .frame(let frame) = item else { continue }
      defer { index += 1 }
      guard wanted.contains(index) else { continue }
      let image = LetterboxedImage(letterbox: Letterbox(source: frame.size, size: size))
      try letterboxer.prepare(frame, into: image)
      try calibrator.observe(image)
    }
  }

  /// Counted by decoding: containers do not always tell.
  private func frameCount(of path: String) throws -> Int {
    let reader = try VideoReader(path)
    defer { reader.close() }
    var count = 0
    while let item = try reader.next() { if case .frame = item { count += 1 } }
    return count
  }

  private func spread<Element>(_ all: [Element]) -> [Element] {
    let count = min(count, all.count)
    return (0..<count).map { all[$0 * all.count / count] }
  }
}

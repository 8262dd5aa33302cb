import ArgumentParser
import Evaluation
import Foundation
import Inference
import Kapao
import Pipeline
import VideoIO

/// `kapao-video model run`.
struct ModelRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Writes what a model computes for an image, for comparison with other implementations.",
    discussion: """
      The output is a safetensors file with: input_u8_bgr_hwc, the letterboxed image (height, width, 3; blue first); \
      raw0 to raw3, the head outputs before the sigmoid at strides 8, 16, 32 and 64 (1, anchor, row, column, channel); \
      pred, the decoded predictions (1, prediction, channel): centre x and y, width, height, objectness, class scores, \
      keypoint coordinates, in pixels of the letterboxed image.

      EXAMPLES:
        kapao-video model run kapao_s_coco.safetensors photo.jpg -o out.safetensors
      """)

  @Argument(help: "Model file.")
  var model: String

  @Argument(help: "Image (or video, of which the first frame is taken).")
  var image: String

  @Option(name: .shortAndLong, help: "File to write.")
  var output: String

  @Option(help: "Longest side of the network's input in pixels.")
  var size = 640

  @OptionGroup var compute: ComputeOptions

  @Option(help: "Arithmetic: fp32, int8, or fp16 for onnxruntime. Default: int8 where the model is calibrated.")
  var precision: Precision?

  func validate() throws {
    try NetworkOptions.check("--size", size)
    try OutputCheck(inputs: [image], model: model, videos: [output]).validate()
  }

  func run() throws {
    let model = try Model.load(self.model)
    let detector = try PoseDetector(
      model: model, inputSize: size, backend: compute.detection.usedBackend, precision: precision, threads: 1,
      runtime: compute.detection.runtime)
    let (image, result) = try DetectionWorker(detector).raw(StillImage.frame(self.image))
    let input = image.letterbox.input

    var file = SafetensorsWriter(metadata: ["model": model.name, "image": self.image])
    let pixels = stride(from: 0, to: image.pixels.count, by: 3).flatMap { image.pixels[$0..<$0 + 3].reversed() }
    file.add("input_u8_bgr_hwc", bytes: pixels, shape: [input.height, input.width, 3])
    let grids = result.outputs[0]
    for (index, grid) in grids.grids.enumerated() {
      let shape = [1, Architecture.anchorsPerGrid, grid.height, grid.width, model.architecture.channelsPerAnchor]
      file.add("raw\(index)", Tensor(shape: shape, values: grids.raw(grid: index)))
    }
    let decoded = HeadDecoder(
      output: grids, anchors: model.architecture.anchors, skeleton: detector.skeleton
    ).decoded()
    file.add("pred", Tensor(shape: [1, decoded.count, decoded.channels], values: decoded.values))
    try file.write(to: output)
    print("Wrote \(output): input \(input), \(decoded.count) predictions")
  }
}

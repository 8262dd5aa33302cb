import ArgumentParser
import Foundation
import Kapao
import Pipeline

/// `kapao-video model export`.
struct ModelExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a model as ONNX, for other runtimes.",
    discussion: """
      Input: images (batch, 3, height, width), red, green, blue, 0 to 1, letterboxed; sides are multiples of 64. Output: \
      predictions (batch, prediction, channel): centre x and y, width, height, objectness, class scores, keypoint \
      coordinates in pixels of the input; suppression and fusion are left to the user of the file. With --raw: raw8, \
      raw16, raw32 and raw64 (batch, anchor and channel, row, column), before the sigmoid. Architecture, keypoints, \
      anchors, thresholds and licence are in the file's metadata.

      EXAMPLES:
        kapao-video model export kapao_s_coco.pt -o kapao_s.onnx
        kapao-video model export kapao_s_coco.pt -o kapao_s.onnx --size 640x384
      """)

  @Argument(help: "Model file. Default: the model that annotate uses by default.")
  var model: String?

  @Option(name: .shortAndLong, help: "ONNX file to write.")
  var output: String

  @Option(
    help: ArgumentHelp(
      "Fixed size of the input in pixels, WIDTHxHEIGHT, or one number for a square. Default: any size.",
      valueName: "size"))
  var size: FixedSize?

  @Option(help: "Fixed number of images in a batch. Default: any number.")
  var batch: Int?

  @Flag(help: "Half precision inside; inputs and outputs stay in single precision.")
  var fp16 = false

  @Flag(help: "Leave the outputs as they come from the network, without decoding.")
  var raw = false

  func validate() throws {
    if let batch, !(1...1024).contains(batch) { throw ValidationError("--batch must be between 1 and 1024.") }
    try OutputCheck(inputs: [], model: model, videos: [output]).validate()
  }

  func run() throws {
    let model = try Model.load(try self.model ?? AnalysisSettings().modelPath())
    var export = ONNXExport()
    export.inputSize = size?.size
    export.batch = batch
    export.isHalf = fp16
    export.isDecoded = !raw
    try export.write(model, to: output)
    let shape =
      [batch.map(String.init) ?? "batch", "3"]
      + (size.map { ["\($0.size.height)", "\($0.size.width)"] } ?? ["height", "width"])
    print("Wrote \(output): input \(shape.joined(separator: "×")), \(fp16 ? "fp16" : "fp32")")
  }
}

/// A size of the input, both sides multiples of 64.
struct FixedSize: ExpressibleByArgument {
  let size: ImageSize

  init?(argument: String) {
    let sides = argument.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard argument.split(separator: "x", omittingEmptySubsequences: false).count == sides.count,
      (1...2).contains(sides.count), sides.allSatisfy({ (64...8192).contains($0) && $0.isMultiple(of: 64) })
    else { return nil }
    size = ImageSize(width: sides[0], height: sides.last!)
  }
}

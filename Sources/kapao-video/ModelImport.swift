import ArgumentParser
import Foundation
import Kapao

extension Model.StoredWeights: ExpressibleByArgument {}

/// `kapao-video model import`.
struct ModelImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turns an official KAPAO checkpoint into a safetensors model.",
    discussion: """
      Nothing in the checkpoint is executed: it is read as plain data. Batch normalisation is folded in, and the weights \
      are rounded to half precision; with --weights fp32 they stay as they are.

      EXAMPLES:
        kapao-video model import kapao_s_coco.pt
        kapao-video model import kapao_l_coco.pt -o l.safetensors --weights fp32
      """)

  @Argument(help: "Checkpoint (.pt).")
  var checkpoint: String

  @Option(name: .shortAndLong, help: "Model file to write. Default: beside the checkpoint, as .safetensors.")
  var output: String?

  @Option(help: "Name of the model. Default: the checkpoint's file name.")
  var name: String?

  @Option(help: "Licence of the weights.")
  var licence: String = "GPL-3.0"

  @Option(help: "Set of thresholds that is recommended, kept in the file as annotate's default.")
  var preset: Preset?

  @Option(help: "Precision of the weights in the file: fp16, or fp32, which takes twice the space.")
  var weights: Model.StoredWeights = .fp16

  @Option(help: "Side in pixels of the crops in which --refine detects single people, kept in the file.")
  var cropSize: Int?

  func validate() throws {
    if let cropSize, !Model.cropSizes.contains(cropSize) {
      throw ValidationError(
        "--crop-size must be between \(Model.cropSizes.lowerBound) and \(Model.cropSizes.upperBound).")
    }
    try OutputCheck(inputs: [checkpoint], videos: [output].compactMap { $0 }).validate()
  }

  func run() throws {
    var model = try Model.load(checkpoint)
    if let name { model.name = name }
    model.licence = licence
    model.preset = preset ?? model.preset
    model.cropSize = cropSize ?? model.cropSize
    let path =
      output ?? URL(fileURLWithPath: checkpoint).deletingPathExtension().appendingPathExtension("safetensors").path
    let rounding = try model.save(path, weights: weights)
    if rounding.clamped > 0 {
      StandardError.print(
        "kapao-video: \(rounding.clamped) weights are beyond the range of half precision and were cut")
    }
    print("Wrote \(path): \(model.architecture.name), \(model.architecture.keypointCount) keypoints")
  }
}

import ArgumentParser
import Foundation
import Inference
import Kapao
import VideoIO

/// `kapao-video eval`.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measures a model's accuracy on labelled images, as COCO and CrowdPose do.",
    discussion: """
      Prints OKS AP and AR (with CrowdPose's split by crowding for models with 14 keypoints), milliseconds per image of \
      the network and of suppression and fusion, and the share of keypoints that came from keypoint objects.

      Where no --preset is named, thresholds are those that the model recommends, else the preset paper's; the overlap \
      of people is the paper's, and so is their least confidence, so that people of every score are measured.

      EXAMPLES:
        kapao-video eval --images val --annotations val.json --size 1280
        kapao-video eval --images val --annotations val.json --results results.json
      """)

  @Option(help: "Folder of the images.")
  var images: String

  @Option(help: "Annotations in COCO's keypoint format.")
  var annotations: String

  @Option(help: "COCO results JSON to write.")
  var results: String?

  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions

  @Flag(name: .shortAndLong, help: "Print the table only.")
  var quiet = false

  func run() throws {
    let model = try Model.load(try network.path())
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    let dataset = try COCODataset(contentsOf: annotations, keypointCount: skeleton.count)
    var runner = EvaluationRunner(
      model: model, network: network, thresholds: thresholds.forEvaluation(of: model), folder: images)
    let reporter = EvaluationReporter(isQuiet: quiet, total: dataset.images.count)
    let found = try runner.run(dataset.images) { reporter.show($0) }
    reporter.stop()
    if let results { try COCOResult.write(found, to: results) }
    let summary = try COCOKeypointEvaluator(dataset, rules: EvaluationRules(skeleton)).evaluate(found)
    print(summary)
    print(
      String(
        format: "per image: forward %.1f ms, post-processing %.2f ms", runner.forward.mean, runner.postprocessing.mean))
    print("share of keypoints from keypoint objects:")
    print(runner.fusion)
  }
}

import ArgumentParser
import Evaluation
import Foundation
import Inference
import Kapao
import Pipeline

/// `kapao-video sweep`.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measures accuracy and time of models at several sizes and settings, with table and plot.",
    discussion: """
      Every combination of the lists is one run over the images, as eval does it. The folder that is written holds \
      sweep.csv, sweep.svg (AP against milliseconds, the paper's Figures 1 and 5), and in results/ what was found in each run, \
      in COCO's format. Runs that are there already, of the same model, images and settings, are not repeated, so that \
      a sweep that was stopped goes on.

      EXAMPLES:
        kapao-video sweep --images val --annotations val.json --sizes 512,640 -o out
        kapao-video sweep --images val --annotations val.json --tta off,on -o out
        kapao-video sweep --images val --annotations val.json --fusion off,on -o out
      """)

  @Option(help: "Folder of the images.")
  var images: String

  @Option(help: "Annotations in COCO's keypoint format.")
  var annotations: String

  @Option(name: .shortAndLong, help: "Folder to write into, or to go on with.")
  var output: String

  @Option(
    name: .shortAndLong,
    help: "Model file; may be given several times. Default: $KAPAO_MODEL, then the model that ships.")
  var model: [String] = []

  @Option(help: "Longest sides of the network's input in pixels, joined by commas. Default: the model's usual one.")
  var sizes: ValueList<SizeValue>?

  @Option(
    help: "Arithmetics: fp32, int8, fp16 (onnxruntime), joined by commas. Default: int8 where the model is calibrated.")
  var precision: ValueList<Precision>?

  @Option(help: "Test-time augmentation: off, on, or off,on.")
  var tta = ValueList<SwitchValue>([.off])

  @Option(help: "Fusion with keypoint objects: on, off, or off,on for the paper's Table 4.")
  var fusion = ValueList<SwitchValue>([.on])

  @Flag(help: "Fit images into a square, as the official evaluation does, not into the least rectangle.")
  var square = false

  @Option(
    help: "latency (all cores on one image, for the time of one) or throughput (one image per core, done sooner).")
  var coreUse: CoreUse = .latency

  @OptionGroup var compute: ComputeOptions

  @Option(help: "Threads of the network. Default: one per core.")
  var threads: Int?

  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions

  @Flag(name: .shortAndLong, help: "Print the table only.")
  var quiet = false

  func validate() throws {
    if let threads, !(1...512).contains(threads) { throw ValidationError("--threads must be between 1 and 512.") }
  }

  func run() throws {
    let points = try points()
    guard let skeleton = points.first?.settings.model.architecture.skeleton,
      points.allSatisfy({ $0.settings.model.architecture.skeleton == skeleton })
    else { throw ValidationError("the models need one skeleton, COCO's or CrowdPose's.") }
    let dataset = try COCODataset(contentsOf: annotations, keypointCount: skeleton.count)
    guard dataset.isAnnotated else { throw ValidationError("\(annotations) has no annotations to measure with.") }
    let sweep = try Sweep(dataset: dataset, annotations: annotations, images: images, folder: output)
    var rows: [Sweep.Row] = []
    for (index, point) in points.enumerated() {
      let reporter = EvaluationReporter(
        isQuiet: quiet, total: dataset.images.count, run: "run \(index + 1) of \(points.count), ")
      rows.append(try sweep.row(of: point) { reporter.show($0) })
      reporter.stop()
      // After every run, so that there is something to look at before the end.
      let table = SweepTable(rows)
      try EvaluationFile.write(text: table.csv, to: "\(output)/sweep.csv")
      try EvaluationFile.write(text: table.plot, to: "\(output)/sweep.svg")
    }
    print(SweepTable(rows).markdown)
    let kept = rows.count { $0.isKept }
    if !quiet, kept > 0 { print("\(kept) of \(rows.count) runs were there already") }
  }

  /// Every combination: models first, sizes last.
  private func points() throws -> [Sweep.Point] {
    let paths = model.isEmpty ? [try AnalysisSettings().modelPath()] : model
    return try paths.flatMap { path in
      let model = try Model.load(path)
      let precisions: [Precision?] = precision?.values ?? [nil]
      let sizes = sizes?.values.map(\.side) ?? [model.architecture.usualInputSize]
      return try precisions.flatMap { precision in
        try tta.values.flatMap { tta in
          try fusion.values.flatMap { fusion in
            try sizes.map { size in
              var detection = AnalysisSettings.Detection()
              self.thresholds.apply(to: &detection)
              var thresholds = detection.thresholdsForEvaluation(of: model)
              thresholds.usesKeypointObjects = thresholds.usesKeypointObjects && fusion == .on
              var settings = EvaluationSettings(model: model, inputSize: size, thresholds: thresholds)
              settings.precision = precision
              settings.augmentation = tta == .on ? .official : nil
              settings.isSquare = square
              settings.coreUse = coreUse
              settings.backend = compute.detection.usedBackend
              settings.runtime = compute.detection.runtime
              settings.threads = threads ?? settings.threads
              return try Sweep.Point(settings, modelPath: path)
            }
          }
        }
      }
    }
  }
}

/// Values joined by commas.
struct ValueList<Value: ExpressibleByArgument & Hashable>: ExpressibleByArgument {
  let values: [Value]

  init(_ values: [Value]) { self.values = values }

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Value(argument: String($0)) }
    guard values.count == parts.count, Set(values).count == values.count else { return nil }
  }

  var defaultValueDescription: String { values.map(\.defaultValueDescription).joined(separator: ",") }
}

/// A side of the network's input.
struct SizeValue: ExpressibleByArgument, Hashable {
  let side: Int

  init?(argument: String) {
    guard let side = Int(argument), (64...8192).contains(side) else { return nil }
    self.side = side
  }
}

/// `on` or `off`.
enum SwitchValue: String, ExpressibleByArgument {
  case on
  case off
}

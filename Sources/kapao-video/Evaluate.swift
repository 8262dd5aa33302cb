import ArgumentParser
import Evaluation
import Foundation
import Inference
import Kapao
import Pipeline

/// `kapao-video eval`.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measures a model's accuracy on labelled images, as COCO and CrowdPose do.",
    discussion: """
      Prints OKS AP and AR (with CrowdPose's split by crowding for models with 14 keypoints), milliseconds per image of \
      the network and of suppression and fusion, and the keypoint objects that were fused: by labelled keypoint, as the \
      paper's Figure 4 counts them, and by person found. Annotations may lack, as for test sets: then the results are \
      all that there is.

      Where no --preset is named, thresholds are those that the model recommends, else the preset paper's; the overlap \
      of people is the paper's, and so is their least confidence, so that people of every score are measured.

      EXAMPLES:
        kapao-video eval --images val --annotations val.json --size 1280
        kapao-video eval --images val --annotations val.json --refine
        kapao-video eval --images val --annotations val.json --results results.json
        kapao-video eval --images val --annotations val.json --errors
        kapao-video eval --annotations val.json --stored results.json --errors
        kapao-video eval --images val --annotations val.json --tta --square
        kapao-video eval --images test --annotations test.json --results found.zip
      """)

  @Option(help: "Folder of the images.")
  var images: String?

  @Option(help: "Annotations in COCO's keypoint format, or the list of a test set's images.")
  var annotations: String

  @Option(help: "Results in COCO's format, of any program, to measure instead of running a model.")
  var stored: String?

  @Option(
    help:
      "COCO results JSON to write. A name that ends in .zip gives an archive for an evaluation server, with the 20 best people of each image."
  )
  var results: String?

  @Option(
    help: "JSON to write with the OKS of every annotated person, the result that was given to it, and its errors.")
  var perImage: String?

  @Option(help: "SVG to write with the rates of fused keypoint objects (the paper's Figure 4).")
  var fusionPlot: String?

  @Flag(help: "Fit images into a square, as the official evaluation does with --tta, not into the least rectangle.")
  var square = false

  @Option(
    help: "throughput (one image per core, done soonest) or latency (all cores on one image, for the time of one).")
  var coreUse: CoreUse = .throughput

  @OptionGroup(title: "Errors") var errors: ErrorOptions
  @OptionGroup(title: "Network") var network: NetworkOptions
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions

  @Flag(name: .shortAndLong, help: "Print the table only.")
  var quiet = false

  func validate() throws {
    guard (images == nil) != (stored == nil) else { throw ValidationError("give either --images or --stored.") }
    if stored != nil, results != nil || fusionPlot != nil {
      throw ValidationError("--results and --fusion-plot need a model to run: --images instead of --stored.")
    }
    try OutputCheck(
      inputs: [annotations, stored].compactMap { $0 }, others: [images], model: network.model,
      videos: [results, perImage, fusionPlot].compactMap { $0 } + errors.outputs
    ).validate()
  }

  func run() throws {
    if let images { try measure(images) } else if let stored { try measure(stored: stored) }
  }

  /// Runs the model over a folder.
  private func measure(_ folder: String) throws {
    let model = try Model.load(try network.path())
    guard let skeleton = model.architecture.skeleton else {
      throw InferenceError.skeleton(keypoints: model.architecture.keypointCount)
    }
    let dataset = try COCODataset(contentsOf: annotations, keypointCount: skeleton.count)
    guard dataset.isAnnotated || results != nil else {
      throw ValidationError("\(annotations) has no annotations: name a file for what is found with --results.")
    }
    var detection = network.detection
    thresholds.apply(to: &detection)
    let settings = EvaluationSettings(detection, of: model, coreUse: coreUse, isSquare: square)
    let reporter = EvaluationReporter(isQuiet: quiet, total: dataset.images.count)
    let outcome = try EvaluationRunner(dataset: dataset, settings: settings, folder: folder).run {
      reporter.show($0)
    }
    reporter.stop()
    if let results { try EvaluationFile.write(outcome.people, to: results) }
    if let fusionPlot { try EvaluationFile.write(text: outcome.fusion.plot, to: fusionPlot) }
    if dataset.isAnnotated {
      try show(outcome.people, dataset: dataset, skeleton: skeleton)
    } else {
      print("\(outcome.people.count) people in \(dataset.images.count) images, which have no annotations")
    }
    print(
      String(
        format: "per image: forward %.1f ms, post-processing %.2f ms; all images: %.1f s, forward alone %.1f s",
        outcome.forward.mean, outcome.postprocessing.mean, outcome.seconds, outcome.networkSeconds))
    if network.refine != nil { print(String(format: "second look: %.1f ms", outcome.refinement.mean)) }
    print(outcome.fusion)
  }

  /// Measures results that are there.
  private func measure(stored path: String) throws {
    let people = try COCOResult.read(path)
    let skeleton = try Skeleton(of: people, path: path)
    let dataset = try COCODataset(contentsOf: annotations, keypointCount: skeleton.count)
    guard dataset.isAnnotated else { throw ValidationError("\(annotations) has no annotations to measure with.") }
    try show(people, dataset: dataset, skeleton: skeleton)
  }

  private func show(_ people: [COCOResult], dataset: COCODataset, skeleton: Skeleton) throws {
    let evaluator = COCOKeypointEvaluator(dataset, rules: EvaluationRules(skeleton))
    print(try evaluator.evaluate(people))
    if let perImage { try EvaluationFile.write(try evaluator.outcomes(of: people), to: perImage) }
    try errors.show(people, dataset: dataset, rules: EvaluationRules(skeleton))
  }
}

/// What `eval` says about errors.
struct ErrorOptions: ParsableArguments {
  @Flag(
    help:
      "Show how far each kind of error lowers AP (Ronchi and Perona, ICCV 2017; the paper's Figure 8), and which keypoints have which."
  )
  var errors = false

  @Option(help: "JSON to write with that for every size of people, with the curves.")
  var errorsJson: String?

  @Option(help: "SVG to write with the precision and recall that each correction adds.")
  var errorsPlot: String?

  @Option(help: "OKS of that plot, 0.5 to 0.95 in steps of 0.05; the paper's is 0.85.")
  var errorsOks = 0.85

  func validate() throws {
    let steps = errorsOks * 20
    guard (0.5...0.95).contains(errorsOks), abs(steps - steps.rounded()) < 1e-6 else {
      throw ValidationError("--errors-oks must be between 0.5 and 0.95 in steps of 0.05.")
    }
  }

  /// The files that are written.
  var outputs: [String] { [errorsJson, errorsPlot].compactMap { $0 } }

  func show(_ people: [COCOResult], dataset: COCODataset, rules: EvaluationRules) throws {
    guard errors || !outputs.isEmpty else { return }
    let report = try PoseErrorAnalysis(dataset, rules: rules).analyse(people)
    if let errorsJson { try EvaluationFile.write(report, to: errorsJson) }
    if let errorsPlot { try EvaluationFile.write(text: report.plot(at: errorsOks), to: errorsPlot) }
    if errors { print("\n\(report.table)\n") }
  }
}

extension Skeleton {
  /// The skeleton of stored results.
  init(of results: [COCOResult], path: String) throws {
    let count = results.first?.keypoints.count ?? Skeleton.coco17.count
    guard let skeleton = Skeleton(keypointCount: count) else {
      throw EvaluationError.unusable(path: path, reason: "no skeleton has the \(count) keypoints of its people")
    }
    self = skeleton
  }
}

extension EvaluationSettings {
  /// How a model is run when it is measured.
  init(_ detection: AnalysisSettings.Detection, of model: Model, coreUse: CoreUse, isSquare: Bool) {
    self.init(
      model: model, inputSize: detection.size ?? model.architecture.usualInputSize,
      thresholds: detection.thresholdsForEvaluation(of: model))
    self.isSquare = isSquare
    backend = detection.usedBackend
    runtime = detection.runtime
    precision = detection.precision
    augmentation = detection.augmentation
    refinement = detection.refine ?? .off
    self.coreUse = coreUse
    threads = detection.threadCount
  }
}

/// Shows how many images are done, and about how long the others take, on a terminal only.
struct EvaluationReporter: Sendable {
  private let isShown: Bool
  private let total: Int
  private let run: String
  private let start = Date()

  /// - Parameter run: What stands before the numbers.
  init(isQuiet: Bool, total: Int, run: String = "") {
    isShown = !isQuiet && isatty(STDERR_FILENO) == 1
    self.total = total
    self.run = run
  }

  func show(_ done: Int) {
    guard isShown else { return }
    let rest = Date().timeIntervalSince(start) / Double(max(1, done)) * Double(total - done)
    StandardError.write("\r\u{1B}[K\(run)\(done)/\(total) images, \(Int(rest.rounded())) s left")
  }

  func stop() {
    if isShown { StandardError.write("\r\u{1B}[K") }
  }
}

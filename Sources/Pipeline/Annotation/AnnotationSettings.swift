import Export
import Foundation
import Inference
import Kapao
import Render
import VideoIO

/// What an annotation run reads and writes, and what it draws.
public struct AnnotationFiles: Sendable {
  /// File or URL to read.
  public var input: String
  /// How it is read.
  public var reader = ReaderOptions()
  /// Annotated video to write, if any.
  public var output: String?
  /// How it is written.
  public var writer = WriterOptions()
  /// Outputs of the poses, any number of them.
  public var exports: [ExportTarget] = []
  /// What is drawn.
  public var style = OverlayStyle()
  /// What is drawn of an analysis, and done to the picture under the drawing.
  package var overlay = AnalysisOverlaySettings()
  /// Share of damage, packets and frames that could not be decoded, above which the run counts as failed.
  package var damageLimit = 2.0 / 3

  /// A file that is read, and nothing that is written yet.
  public init(input: String) { self.input = input }

  /// How the input is read, with what goes from it into the output as it is.
  var readerOptions: ReaderOptions {
    var options = reader
    options.passthrough = output != nil
    return options
  }
}

/// What an annotation run reads, computes and writes.
public struct AnnotationSettings: Sendable {
  /// What is read, drawn and written.
  public var files: AnnotationFiles
  /// The network.
  public var model: Model
  /// The longest side of the network's input in pixels.
  public var inputSize: Int
  /// Detections that are there already, in place of a network.
  package var detections: DetectionParts?
  /// Thresholds of suppression and fusion.
  public var thresholds: Thresholds
  /// The library to compute with.
  public var backend = Backend.oneDNN
  /// Which ONNX Runtime, and what it computes on.
  public var runtime = ONNXRuntimeOptions()
  /// The arithmetic; `nil` is int8 where the model is calibrated for it.
  public var precision: Precision?
  /// The passes of test-time augmentation; `nil` for a single plain one.
  public var augmentation: TestTimeAugmentation?
  /// Whether people are refined.
  public var refinement = Refinement.auto
  /// How inference uses the cores.
  package var coreUse = CoreUse.throughput
  /// Threads of inference.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// How people are told apart and their poses smoothed.
  public var tracking = TrackingSettings()

  /// People of a frame who are refined, at most. `auto` is for models whose best crops are known, takes
  /// players only where there are some, and does without where test-time augmentation looks several times already.
  package var mostRefined: Int {
    let people = tracking.tracker == .players ? tracking.players.players : Refinement.mostOfAuto
    return refinement.most(auto: model.recommendedCropSize == nil || augmentation != nil ? 0 : people)
  }

  /// Settings with defaults for everything that need not be said.
  public init(input: String, model: Model, inputSize: Int, thresholds: Thresholds) {
    files = AnnotationFiles(input: input)
    self.model = model
    self.inputSize = inputSize
    self.thresholds = thresholds
  }
}

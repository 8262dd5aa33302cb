import Export
import Foundation
import Inference
import Kapao
import Render
import VideoIO

/// What an annotation run reads, computes and writes.
public struct AnnotationSettings: Sendable {
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
  /// The network.
  public var model: Model
  /// The longest side of the network's input in pixels.
  public var inputSize: Int
  /// Thresholds of suppression and fusion.
  public var thresholds: Thresholds
  /// The library to compute with.
  public var backend = Backend.oneDNN
  /// The arithmetic; `nil` is int8 where the model is calibrated for it.
  public var precision: Precision?
  /// Whether test-time augmentation is used.
  public var augmented = false
  /// How inference uses the cores.
  public var coreUse = CoreUse.throughput
  /// Threads of inference.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// How people are told apart and their poses smoothed.
  public var tracking = TrackingSettings()
  /// What is drawn.
  public var style = OverlayStyle()
  /// Share of damage, packets and frames that could not be decoded, above which the run counts as failed.
  public var damageLimit = 2.0 / 3

  /// Settings with defaults for everything that need not be said.
  public init(input: String, model: Model, inputSize: Int, thresholds: Thresholds) {
    self.input = input
    self.model = model
    self.inputSize = inputSize
    self.thresholds = thresholds
  }
}

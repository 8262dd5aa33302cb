import Foundation
import Inference
import Kapao
import Pipeline

/// How a model is run when it is measured.
package struct EvaluationSettings: Sendable {
  /// The model.
  package var model: Model
  /// Longest side of the network's input in pixels.
  package var inputSize: Int
  /// Whether images are fitted into a square, instead of the least rectangle.
  package var isSquare = false
  /// Thresholds of suppression and fusion.
  package var thresholds: Thresholds
  /// The library to compute with.
  package var backend = Backend.oneDNN
  /// Which ONNX Runtime, and what it computes on.
  package var runtime = ONNXRuntimeOptions()
  /// The arithmetic; `nil` is int8 where the model is calibrated for it.
  package var precision: Precision?
  /// The passes of test-time augmentation; `nil` for a single plain one.
  package var augmentation: TestTimeAugmentation?
  /// Whether people are refined.
  package var refinement = Refinement.off
  /// How the network uses the cores.
  package var coreUse = CoreUse.throughput
  /// Threads of the network.
  package var threads = ProcessInfo.processInfo.activeProcessorCount

  /// Settings with defaults for everything that need not be said.
  package init(model: Model, inputSize: Int, thresholds: Thresholds) {
    self.model = model
    self.inputSize = inputSize
    self.thresholds = thresholds
  }

  /// The arithmetic that results.
  package var usedPrecision: Precision { precision ?? backend.usualPrecision(for: model) }

  /// All that the results and times depend on, beside model and images, in words; the same settings say the same.
  package var fingerprint: String {
    let passes = augmentation.map { $0.passes.map { "\($0.scale)\($0.flips ? "f" : "")" }.joined(separator: ",") }
    return [
      "size \(inputSize)", "square \(isSquare)", "\(thresholds)", backend.rawValue,
      backend == .onnxRuntime ? runtime.device.rawValue : "", usedPrecision.rawValue,
      "tta \(passes ?? "off")", "refine \(refinement)", coreUse.rawValue, "threads \(threads)",
    ].joined(separator: "; ")
  }
}

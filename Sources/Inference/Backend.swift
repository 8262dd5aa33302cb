import Kapao

/// The library that computes the network.
public enum Backend: String, CaseIterable, Codable, Sendable {
  /// oneDNN, with convolutions compiled for this processor.
  case oneDNN = "onednn"
  /// OpenBLAS: im2col and matrix multiplication. Slower; portable, and the check on the first.
  case openBLAS = "openblas"
  /// ONNX Runtime, loaded at run time, on a graphics card or the processor.
  case onnxRuntime = "onnxruntime"

  /// The arithmetic where nobody says one.
  package func usualPrecision(for model: Model) -> Precision { model.isCalibrated && self == .oneDNN ? .int8 : .fp32 }
}

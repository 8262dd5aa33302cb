/// The library that computes the network.
public enum Backend: String, CaseIterable, Sendable {
  /// oneDNN, with convolutions compiled for this processor.
  case oneDNN = "onednn"
  /// OpenBLAS: im2col and matrix multiplication. Slower; portable, and the check on the first.
  case openBLAS = "openblas"
}

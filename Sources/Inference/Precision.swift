/// The arithmetic of the network.
public enum Precision: String, CaseIterable, Sendable {
  /// Single-precision floats.
  case fp32
  /// 8-bit integers, accumulated in 32 bits; for models that are calibrated for it.
  case int8
}

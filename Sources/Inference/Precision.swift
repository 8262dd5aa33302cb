/// The arithmetic of the network.
public enum Precision: String, CaseIterable, Codable, Sendable {
  /// Single-precision floats.
  case fp32
  /// Half-precision floats, on devices that compute with them; for ONNX Runtime.
  case fp16
  /// 8-bit integers, accumulated in 32 bits; for models that are calibrated for it.
  case int8
}

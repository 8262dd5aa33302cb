/// Why bytes are not a safetensors file, or lack a tensor.
public enum SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// Shorter than its own header says.
  case truncated
  /// The header breaks the format's rules.
  case malformed(String)
  /// There is no tensor of that name.
  case missing(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .truncated: "the safetensors file is cut off"
    case .malformed(let reason): "not a safetensors file: \(reason)"
    case .missing(let name): "the tensor \(name) is missing"
    }
  }
}

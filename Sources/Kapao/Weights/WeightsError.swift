/// Why tensors are not the weights of an architecture.
public enum WeightsError: Error, Equatable, CustomStringConvertible {
  /// A tensor that the architecture needs is not there.
  case missing(String)
  /// A tensor has another shape than the architecture gives it.
  case shape(String, expected: [Int], found: [Int])
  /// A tensor that the architecture does not have.
  case unknown(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .missing(let name): "the tensor \(name) is missing"
    case .shape(let name, let expected, let found): "the tensor \(name) should have the shape \(expected), not \(found)"
    case .unknown(let name): "the tensor \(name) does not belong to the architecture"
    }
  }
}

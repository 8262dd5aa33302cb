/// Why a checkpoint is not one of a KAPAO network.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
  /// The file is not laid out as PyTorch's `torch.save` does.
  case format(expected: String)
  /// A part of the network is not as in the official code.
  case network(String, expected: String, found: String)

  package var description: String {
    switch self {
    case .format(let expected): "not a PyTorch checkpoint: expected \(expected)"
    case .network(let part, let expected, let found):
      "not a KAPAO network: \(part) should be \(expected), not \(found)"
    }
  }
}

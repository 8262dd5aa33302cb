/// Why bytes are not a pickle that can be read.
package enum PickleError: Error, Equatable, CustomStringConvertible {
  /// The bytes end before the pickle does.
  case truncated
  /// An instruction that PyTorch does not write, by its code and place.
  case unsupported(UInt8, at: Int)
  /// An instruction that does not fit what came before it.
  case malformed(String, at: Int)
  /// More values than any checkpoint has.
  case tooLarge

  package var description: String {
    switch self {
    case .truncated: "the pickled data is cut off"
    case .unsupported(let code, let place): "the pickled data has the unknown instruction \(code) at byte \(place)"
    case .malformed(let what, let place): "the pickled data is damaged: \(what) at byte \(place)"
    case .tooLarge: "the pickled data holds more than \(PickleReader.mostValues) values"
    }
  }
}

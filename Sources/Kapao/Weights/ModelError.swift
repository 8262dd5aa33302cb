/// Why a model file could not be used.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// The file could not be read.
  case unreadable(path: String, reason: String)
  /// The file is neither a model of this program nor an official checkpoint, or it is damaged.
  case invalid(path: String, reason: String)
  /// The file could not be written.
  case unwritable(path: String, reason: String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read the model \(path): \(reason)"
    case .invalid(let path, let reason): "cannot use the model \(path): \(reason)"
    case .unwritable(let path, let reason): "cannot write the model \(path): \(reason)"
    }
  }
}

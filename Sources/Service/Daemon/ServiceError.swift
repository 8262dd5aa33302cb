/// Why a service ended badly.
public enum ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The web server cannot listen at an address.
  case cannotListen(String, String)
  /// Outputs could not be completed in time.
  case unfinished

  /// One line.
  public var description: String {
    switch self {
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    case .unfinished: "an output could not be completed in time"
    }
  }
}

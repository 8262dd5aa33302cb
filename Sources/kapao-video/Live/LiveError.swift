/// Why a live run ended badly.
enum LiveError: Error, CustomStringConvertible {
  /// Outputs could not be completed in time.
  case unfinished
  /// The source has ended, and an output does not have all of it.
  case output(String)

  var description: String {
    switch self {
    case .unfinished: "an output could not be completed in time"
    case .output(let text): "an output is not complete: \(text)"
    }
  }
}

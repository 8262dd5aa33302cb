/// Why a live run ended badly.
enum LiveError: Error, CustomStringConvertible {
  /// Outputs could not be completed in time.
  case unfinished

  var description: String { "an output could not be completed in time" }
}

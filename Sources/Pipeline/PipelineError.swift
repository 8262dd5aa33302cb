/// Why a pipeline could not be run.
public enum PipelineError: Error, Equatable, CustomStringConvertible {
  /// A stage's output goes nowhere.
  case unconnected(stage: String)
  /// So much of the input is damaged that its result would be of no use.
  case damaged(input: String, damaged: Int, frames: Int)
  /// A folder for outputs cannot be made.
  case folder(String, reason: String)
  /// Nothing more fits where an output is written.
  case noSpace(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .unconnected(let stage): "the output of the stage \(stage) goes nowhere"
    case .folder(let path, let reason): "cannot make the folder \(path): \(reason)"
    case .noSpace(let path): "cannot write \(path): No space left on device"
    case .damaged(let input, let damaged, let frames):
      "\(input): too much damage: \(damaged) errors for \(frames) frames that could be decoded"
    }
  }
}

import VideoIO

/// Why a pipeline could not be run.
public enum PipelineError: Error, Equatable, CustomStringConvertible {
  /// A stage's output goes nowhere.
  case unconnected(stage: String)
  /// So much of the input is damaged that its result would be of no use.
  case damaged(input: String, damaged: Int, frames: Int)
  /// A folder for outputs cannot be made.
  case folder(String, reason: String)
  /// There is too little memory for the pictures and the threads that work on them.
  case outOfMemory
  /// Parts of a video cannot be detected with these settings.
  case parts(String)
  /// Nothing more fits where an output is written.
  case noSpace(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .unconnected(let stage): "the output of the stage \(stage) goes nowhere"
    case .folder(let path, let reason): "cannot make the folder \(path): \(reason)"
    case .outOfMemory: "too little memory for pictures of this size and so many threads; --threads 1 needs less"
    case .parts(let reason): "parts of a video cannot be detected where \(reason); --refine off, --detect-every N"
    case .noSpace(let path): "cannot write \(path): No space left on device"
    case .damaged(let input, let damaged, let frames):
      "\(input): too much damage: \(damaged) errors for \(frames) frames that could be decoded"
    }
  }
}

extension DamageReport {
  /// Checks that no larger share of an input is damaged than `limit`.
  ///
  /// - Throws: `PipelineError.damaged`.
  func check(_ input: String, limit: Double) throws {
    guard rate > limit else { return }
    throw PipelineError.damaged(input: input, damaged: packetsFailed + framesCorrupt, frames: framesDecoded)
  }
}

import ArgumentParser
import Export
import Foundation
import Inference
import Kapao
import Pipeline
import Service
import Support
import VideoIO
import YAMLFile

/// Exit codes, as scripts rely on them.
enum ExitStatus: Int32 {
  case done = 0
  case usage = 2
  case unusableInput = 3
  case transient = 4
  case outputFailed = 5
  case interrupted = 130

  /// The code for an error.
  init(_ error: any Error) {
    switch error {
    case let error as VideoError:
      switch error.kind {
      case .unusableInput: self = .unusableInput
      case .transient: self = .transient
      case .outputFailed: self = .outputFailed
      case .cancelled: self = .interrupted
      }
    case is LiveSourceError, is ConfigurationError: self = .usage
    case InferenceError.device: self = .transient
    case is BatchError: self = .transient
    case let error as DetectionError: self = error.isTransient ? .transient : .unusableInput
    case is InputError: self = .unusableInput
    case InferenceError.outOfMemory, ModelError.outOfMemory, PipelineError.outOfMemory: self = .transient
    case is OutputError, is OutputErrors: self = .outputFailed
    case is PoseCSVError, is AnalysisError: self = .unusableInput
    case is ModelError, is EvaluationError: self = .unusableInput
    case is PipelineError, is InferenceError: self = .unusableInput
    default: self = .outputFailed
    }
  }

  /// Ends the program with one clear line.
  static func exit(_ error: any Error) -> Never {
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    let parserCode = KapaoVideo.exitCode(for: error)
    if parserCode == .success || parserCode == .validationFailure || error is CleanExit {
      let text = KapaoVideo.fullMessage(for: error)
      guard parserCode == .success else {
        StandardError.print(text, .error)
        Foundation.exit(usage.rawValue)
      }
      print(text)
      exitAfterOutput()
    }
    StandardError.print("kapao-video: \(Redaction.redact("\(error)"))", .error)
    Foundation.exit(ExitStatus(error).rawValue)
  }

  /// Ends the program, which has done what it was to do, once standard output has everything.
  static func exitAfterOutput() -> Never {
    guard fflush(nil) == 0 else {
      StandardError.print("kapao-video: cannot write standard output: \(String(cString: strerror(errno)))", .error)
      Foundation.exit(outputFailed.rawValue)
    }
    Foundation.exit(done.rawValue)
  }
}

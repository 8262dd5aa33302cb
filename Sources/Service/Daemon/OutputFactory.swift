import Kapao
import Logging
import Pipeline

/// Makes the outputs of a stream.
struct OutputFactory {
  let stream: String
  let skeleton: Skeleton
  let keypointObjectsOnly: Bool
  let hasStates: Bool
  let log: Logger

  func output(_ configuration: OutputConfiguration) -> LiveOutput {
    switch configuration {
    case .video(let path, let codec): return .video(path, stream: stream, codec: codec, writesOver: false, log: log)
    case .record(let files, let codec):
      return .recording(
        files.folder, stream: stream, ending: files.ending, seconds: files.seconds, retention: files.retention,
        codec: codec, log: log)
    case .poses(let files):
      return .poses(
        folder: files.folder, format: LivePoseFormat(rawValue: files.ending) ?? .csv, seconds: files.seconds,
        retention: files.retention, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly,
        hasStates: hasStates, log: log)
    case .mqtt(let address):
      return .mqtt(address, stream: stream, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, log: log)
    }
  }
}

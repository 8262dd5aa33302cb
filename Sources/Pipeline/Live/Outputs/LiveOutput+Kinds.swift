import Export
import Foundation
import Kapao
import Logging
import VideoIO

extension LiveOutput {
  /// Looks whether container, encoder and kind of server of an annotated video are known and go together.
  ///
  /// - Throws: `VideoError`.
  package static func checkVideo(_ path: String, codec: String?, options: [String: String] = [:]) throws {
    try SettingsCheck.output(path, options: VideoSink.options(path, codec: codec, libavOptions: options))
  }

  /// An annotated video: a file, or a push to a server. With `writesOver` a file from before gives way; otherwise the
  /// new one gets a number.
  public static func video(
    _ path: String, stream: String, codec: String? = nil, options: [String: String] = [:], writesOver: Bool = true,
    log: Logger
  ) -> LiveOutput {
    let names = PartNames(path, writesOver: writesOver)
    return LiveOutput(path, stream: stream, content: .pictures, log: log) {
      VideoSink(names, path: path, codec: codec, libavOptions: options, log: log)
    }
  }

  /// Annotated video in files of a length, in a folder.
  package static func recording(
    _ folder: String, stream: String, ending: String = "mkv", seconds: Double, retention: Retention,
    codec: String? = nil, log: Logger
  ) -> LiveOutput {
    LiveOutput("recording \(folder)", stream: stream, content: .poses, log: log) {
      SegmentedSink(
        folder: folder, names: SegmentName(stream: stream, ending: ending), seconds: seconds, retention: retention,
        log: log
      ) { VideoSink($0, codec: codec, log: log) }
    }
  }

  /// Poses in one file; with `hasStates` it says how each was obtained.
  package static func poses(
    _ path: String, format: LivePoseFormat, stream: String, skeleton: Skeleton, keypointObjectsOnly: Bool,
    hasStates: Bool = false, log: Logger
  ) -> LiveOutput {
    let names = PartNames(path)
    return LiveOutput(path, stream: stream, content: .poses, capacity: 64, log: log) {
      PoseSink(
        try format.writer(
          names.next(), skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates))
    }
  }

  /// Poses in files that begin anew from time to time, in a folder; with `hasStates` they say how each was obtained.
  package static func poses(
    folder: String, format: LivePoseFormat, seconds: Double, retention: Retention, stream: String,
    skeleton: Skeleton, keypointObjectsOnly: Bool, hasStates: Bool = false, log: Logger
  ) -> LiveOutput {
    let names = SegmentName(stream: stream, ending: format.rawValue)
    return LiveOutput("poses \(folder)", stream: stream, content: .poses, capacity: 64, log: log) {
      SegmentedSink(folder: folder, names: names, seconds: seconds, retention: retention, log: log) {
        PoseSink(
          try format.writer($0, skeleton: skeleton, keypointObjectsOnly: keypointObjectsOnly, hasStates: hasStates))
      }
    }
  }
}

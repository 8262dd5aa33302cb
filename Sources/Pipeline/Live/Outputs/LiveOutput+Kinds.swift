import Export
import Foundation
import Kapao
import Logging
import VideoIO

extension LiveOutput {
  /// An annotated video: a file, or a push to a server.
  public static func video(
    _ path: String, stream: String, codec: String? = nil, options: [String: String] = [:], log: Logger
  ) -> LiveOutput {
    LiveOutput(path, stream: stream, content: .pictures, log: log) {
      VideoSink(path, codec: codec, libavOptions: options)
    }
  }

  /// Annotated video in files of a length, in a folder.
  public static func recording(
    _ folder: String, stream: String, ending: String = "mkv", seconds: Double, retention: Retention,
    codec: String? = nil, log: Logger
  ) -> LiveOutput {
    LiveOutput("recording \(folder)", stream: stream, content: .poses, log: log) {
      SegmentedSink(
        folder: folder, names: SegmentName(stream: stream, ending: ending), seconds: seconds, retention: retention
      ) { VideoSink($0, codec: codec) }
    }
  }

  /// Poses in one file.
  ///
  /// - Parameter make: Makes a writer of some format.
  public static func poses(
    _ path: String, stream: String, log: Logger, make: @escaping @Sendable (String) throws -> any PoseWriter
  ) -> LiveOutput {
    LiveOutput(path, stream: stream, content: .poses, log: log) { PoseSink(try make(path)) }
  }

  /// Poses in files that begin anew from time to time, in a folder.
  public static func poses(
    folder: String, stream: String, ending: String, seconds: Double, retention: Retention, log: Logger,
    make: @escaping @Sendable (String) throws -> any PoseWriter
  ) -> LiveOutput {
    LiveOutput("poses \(folder)", stream: stream, content: .poses, log: log) {
      SegmentedSink(
        folder: folder, names: SegmentName(stream: stream, ending: ending), seconds: seconds, retention: retention
      ) { PoseSink(try make($0)) }
    }
  }
}

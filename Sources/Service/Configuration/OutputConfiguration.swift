import Pipeline

/// One output of a stream.
public enum OutputConfiguration: Hashable, Sendable {
  /// Files that begin anew from time to time.
  public struct Files: Hashable, Sendable {
    /// The folder.
    public var folder: String
    /// The files' extension.
    public var ending: String
    /// Length of a file in seconds.
    public var seconds: Double
    /// How long they are kept.
    public var retention: Retention
  }

  /// Annotated video: a file, a playlist, or a server to push to.
  case video(String, codec: String?)
  /// Annotated video in files of a length.
  case record(Files, codec: String?)
  /// Poses in files of a length.
  case poses(Files)
  /// Poses for an MQTT broker.
  case mqtt(MQTTAddress)
}

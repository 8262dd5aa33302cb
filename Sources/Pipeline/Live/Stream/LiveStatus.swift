import Kapao

/// How a stream is doing.
public struct LiveStatus: Sendable, Codable {
  /// Where a stream is.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Not started.
    case idle
    /// Making a connection.
    case connecting
    /// Pictures come.
    case streaming
    /// The connection was lost; the next attempt follows.
    case waiting
    /// It has ended.
    case ended
  }

  /// The stream's name.
  public var name: String
  /// The source, without credentials.
  public var source: String
  /// Where the stream is.
  public var state: State
  /// When the stream was started, in seconds since 1970.
  public var startedAt: Double
  /// Seconds until the next attempt to connect.
  public var retryIn: Double?
  /// Connections made so far.
  public var connections: Int
  /// How often pictures ceased to come.
  public var outages: Int
  /// Connections that did not close in time and were left behind.
  public var abandoned: Int
  /// How often the source's time stamps could not be followed.
  public var timestampJumps: Int
  /// What ended the last connection, without credentials.
  public var lastError: String?
  /// Width of the picture in pixels.
  public var width: Int?
  /// Height of the picture in pixels.
  public var height: Int?
  /// Pictures a second that arrive.
  public var sourceRate: Double
  /// Pictures a second that are processed.
  public var processedRate: Double
  /// Pictures from one in which people are looked for to the next, at present.
  public var detectEvery: Int
  /// People in the last picture.
  public var people: Int
  /// Seconds since the last picture.
  public var pictureAge: Double?
  /// What has become of the pictures.
  public var counters: LiveCounters
  /// Seconds from a picture's arrival to its annotated picture being handed to the outputs.
  public var latency: Distribution?
  /// Seconds of the network and the fusion for one picture.
  public var inference: Distribution?
  /// The outputs.
  public var outputs: [LiveOutputStatus]
}

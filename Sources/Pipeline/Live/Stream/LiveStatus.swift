import Analysis
import Export
import Kapao

/// How a stream is doing.
public struct LiveStatus: Sendable, Codable {
  /// Where a stream is.
  public enum State: String, Sendable, Codable, CaseIterable {
    /// Not started.
    case idle
    /// Making a connection.
    case connecting
    /// Frames come.
    case streaming
    /// The connection was lost; the next attempt follows.
    case waiting
    /// It has ended.
    case ended
  }

  /// The court on which people are found.
  package struct Court: Sendable, Codable, Hashable {
    /// The sport, or a name of its own.
    package var name: String
    /// Across, metres.
    package var width: Double
    /// Along, metres.
    package var length: Double
    /// Why there are no positions.
    package var error: String?

    private enum CodingKeys: String, CodingKey {
      case name, error
      case width = "width_m"
      case length = "length_m"
    }
  }

  /// Somebody on the court.
  package struct Player: Sendable, Codable, Hashable {
    /// The track.
    package var trackID: Int
    /// Where, and how fast.
    package var position: PoseMessage.Position
    /// The way of the last seconds in pieces, metres; not in JSON.
    package var trail: [[Point2]] = []

    private enum CodingKeys: String, CodingKey {
      case trackID = "track_id"
      case position
    }
  }

  /// The stream's name.
  public var name: String
  /// The source, without credentials.
  public var source: String
  /// Where the stream is.
  public var state: State
  /// When the stream was started, in seconds since 1970.
  package var startedAt: Double
  /// Seconds until the next attempt to connect.
  package var retryIn: Double?
  /// Connections made so far.
  public var connections: Int
  /// How often frames ceased to come.
  public var outages: Int
  /// Connections that did not close in time and were left behind.
  package var abandoned: Int
  /// How often the source's time stamps could not be followed.
  package var timestampJumps: Int
  /// What ended the last connection, without credentials.
  public var lastError: String?
  /// Width of the frame in pixels.
  public var width: Int?
  /// Height of the frame in pixels.
  public var height: Int?
  /// Frames a second that arrive.
  public var sourceRate: Double
  /// Frames a second that are processed.
  public var processedRate: Double
  /// Frames from one detection to the next, at present.
  public var detectEvery: Int
  /// People in the last frame.
  public var people: Int
  /// The court, where one was named.
  package var court: Court?
  /// Who is on the court in the last frame, by track; `nil` without a court.
  package var players: [Player]?
  /// Seconds since the last frame.
  public var pictureAge: Double?
  /// What has become of the frames.
  public var counters: LiveCounters
  /// Seconds from a frame's arrival to its annotated frame being handed to the outputs.
  package var latency: Distribution?
  /// Seconds of the network and the fusion for one frame.
  package var inference: Distribution?
  /// The stages of the stream's graph.
  package var stages: [StageMetrics]
  /// The outputs.
  public var outputs: [LiveOutputStatus]
}

/// What has become of a stream's frames: those read are processed, dropped, skipped, stale, failed or still on their way.
public struct LiveCounters: Hashable, Sendable, Codable {
  /// Frames decoded.
  public var read = 0
  /// Frames that went out with their poses: `detected` and `predicted` ones.
  public var processed = 0
  /// Frames in which people were detected.
  public var detected = 0
  /// Frames in which people were moved on from an earlier one.
  public var predicted = 0
  /// Frames that gave way to later ones.
  public var dropped = 0
  /// Frames left out because of the maximum rate.
  public var skipped = 0
  /// Frames of a connection, or a stream, that was already given up.
  public var stale = 0
  /// Frames whose poses could not be found or drawn.
  public var failed = 0
  /// People found, summed over frames.
  public var people = 0

  /// Frames that are still on their way: two at most (and those that wait between detections), and one
  /// that just arrives.
  package var onTheirWay: Int { read - processed - dropped - skipped - stale - failed }
}

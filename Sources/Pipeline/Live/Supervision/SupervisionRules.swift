/// The times that a supervisor goes by, in seconds.
public struct SupervisionRules: Hashable, Sendable {
  /// From the attempt to connect to the first picture.
  public var connecting = 15.0
  /// Without a picture before a connection counts as stalled.
  public var stall = 5.0
  /// For a connection to close before it is left behind.
  public var closing = 5.0
  /// With pictures before a connection counts as stable, so that the next wait is the shortest again.
  public var stable = 10.0
  /// Whether the end of the input is the end of the stream (a file), not an outage (a camera).
  public var endsWithInput = false
  /// Whether the source waits for a sender: that none has come yet is no failure, and the next may come as soon as one
  /// has gone.
  public var isListener = false

  /// The usual times, for a live source.
  public init() {}
}

/// What has become of a stream's pictures: those read are processed, dropped, skipped, stale, failed or still on their way.
public struct LiveCounters: Hashable, Sendable, Codable {
  /// Pictures decoded.
  public var read = 0
  /// Pictures that went out with their poses: `detected` and `predicted` ones.
  public var processed = 0
  /// Pictures in which people were looked for.
  public var detected = 0
  /// Pictures in which people were moved on from an earlier one.
  public var predicted = 0
  /// Pictures that gave way to later ones.
  public var dropped = 0
  /// Pictures left out because of the maximum rate.
  public var skipped = 0
  /// Pictures of a connection, or a stream, that was already given up.
  public var stale = 0
  /// Pictures whose poses could not be found or drawn.
  public var failed = 0
  /// People found, summed over pictures.
  public var people = 0

  /// Pictures that are still on their way: two at most (and those that wait between pictures that are looked at), and one
  /// that just arrives.
  public var onTheirWay: Int { read - processed - dropped - skipped - stale - failed }
}

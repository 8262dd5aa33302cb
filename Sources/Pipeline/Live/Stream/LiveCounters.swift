/// What has become of a stream's pictures. Read pictures are processed, dropped, skipped or still on their way.
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
  /// Pictures of a connection that was already given up.
  public var stale = 0
  /// People found, summed over pictures.
  public var people = 0
}

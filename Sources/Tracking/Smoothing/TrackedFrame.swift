/// The people of one frame.
public struct TrackedFrame: Hashable, Sendable {
  /// Presentation time in seconds.
  public var time: Double
  /// The people, as a tracker gave them.
  public var people: [TrackedPose]

  /// A frame.
  public init(time: Double, people: [TrackedPose]) {
    self.time = time
    self.people = people
  }
}

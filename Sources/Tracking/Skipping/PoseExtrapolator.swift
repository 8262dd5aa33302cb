import Kapao

/// The people in frames in which nobody is looked for, without waiting for later ones: everyone moves on from the last
/// frame with the speed of the body (live video).
public struct PoseExtrapolator: Sendable {
  private var last: TrackedFrame?

  /// An extrapolator for one stream.
  public init() {}

  /// Takes the people of a frame in which they were looked for, as a tracker gave them.
  public mutating func update(_ frame: TrackedFrame) { last = frame }

  /// The people at a later time in seconds; none after `TrackedPose.longestExtrapolation`.
  public func frame(at time: Double, size: ImageSize) -> TrackedFrame {
    guard let last else { return TrackedFrame(time: time, people: []) }
    let seconds = max(0, time - last.time)
    return TrackedFrame(
      time: time, people: last.people.compactMap { $0.extrapolated(by: seconds, size: size) })
  }
}

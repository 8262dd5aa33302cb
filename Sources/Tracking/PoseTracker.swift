import Kapao

/// Tells who is who from frame to frame.
///
/// One tracker belongs to one stream and is fed its frames in order. It depends on nothing but the poses, their times
/// and the frame's size: the same input gives the same identities. Nothing in a frame can make it fail: what has no
/// finite position is passed on without an identity.
public protocol PoseTracker: Sendable {
  /// Takes a frame's poses and says who they are.
  ///
  /// - Parameters:
  ///   - poses: The frame's poses in descending order of score, in pixels of the upright frame, with the weak ones
  ///     that the tracker wants (see `OKSTracker` and `PlayerTracker`).
  ///   - time: The frame's presentation time in seconds. Frame rates may vary; a time that steps back by more than half
  ///     a second is a new beginning (the docs of each tracker say of what).
  ///   - size: The upright frame's size in pixels.
  /// - Returns: The people to show and those known but not seen. Identities come first, in ascending order.
  mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose]
}

/// Gives nobody an identity (`--tracker none`).
package struct UntrackedPoses: PoseTracker {
  /// A tracker that tracks nobody.
  package init() {}

  /// The poses as they are.
  package mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    poses.map { TrackedPose(pose: $0, lastSeen: time) }
  }
}

import Kapao

/// Gives nobody an identity (`--tracker none`).
public struct UntrackedPoses: PoseTracker {
  /// A tracker that tracks nobody.
  public init() {}

  /// The poses as they are.
  public mutating func update(_ poses: [Pose], at time: Double, size: ImageSize) -> [TrackedPose] {
    poses.map { TrackedPose(pose: $0, lastSeen: time) }
  }
}

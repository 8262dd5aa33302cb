/// A person in a frame: a pose with what a tracker knows about it. It is what is smoothed, refined and drawn.
public struct TrackedPose: Hashable, Sendable {
  /// How the pose was obtained.
  public enum State: String, Sendable {
    /// Detected in this frame.
    case detected
    /// Not detected in this frame; interpolated between the frames before and after (see `ButterworthSmoother`).
    case filled
    /// A frame without detection; interpolated between the detections before and after.
    case interpolated
    /// A frame without detection; extrapolated by the velocity from the nearest detection.
    case extrapolated
    /// Not detected in this frame; the pose is where the person should be by now.
    case predicted
    /// Not detected for long: the identity is kept, the pose is no more than a memory.
    case lost
  }

  /// The part a person plays, where the tracker tells players from others.
  public enum Role: Hashable, Sendable {
    /// One of the players, by number from 1.
    case player(Int)
    /// Anyone else.
    case crowd
  }

  /// Speed in pixels per second.
  package struct Velocity: Hashable, Sendable {
    /// To the right.
    package var x: Double
    /// Down.
    package var y: Double

    /// Nobody moves who was detected once only.
    package static let zero = Velocity(x: 0, y: 0)

    /// A speed.
    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Box, score and keypoints in pixels of the upright frame.
  public var pose: Pose
  /// The identity, from 1 and never given to anyone else; `nil` for someone who has none (yet).
  public var trackID: Int?
  /// How the pose was obtained.
  public var state: State
  /// The part the person plays; `nil` from trackers that know no parts.
  public var role: Role?
  /// When the person was last seen, in seconds of presentation time; 0 where no tracker tells.
  public var lastSeen: Double
  /// The pose as it was found, where `pose` has been smoothed; `nil` where `pose` is raw or nothing was found.
  public var raw: Pose?
  /// The tracker's own number of whom it follows, also before there is an identity; `nil` for someone not followed.
  package var followed: Int?
  /// Speed of the body as a whole.
  package var velocity = Velocity.zero

  /// A pose with an identity.
  public init(
    pose: Pose, trackID: Int? = nil, state: State = .detected, role: Role? = nil, lastSeen: Double = 0, raw: Pose? = nil
  ) {
    self.pose = pose
    self.trackID = trackID
    self.state = state
    self.role = role
    self.lastSeen = lastSeen
    self.raw = raw
  }

  /// Whether the pose is worth showing: detected in this frame, interpolated, or of a frame without
  /// detection.
  public var isShown: Bool { state != .predicted && state != .lost }

  /// Whether smoothers take the pose for a sample of the person's way.
  package var isSample: Bool { state == .detected || state == .interpolated }
}

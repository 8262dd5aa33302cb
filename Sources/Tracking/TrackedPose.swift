import Kapao

/// A pose with what a tracker knows about it.
public struct TrackedPose: Hashable, Sendable {
  /// How the pose was come by.
  public enum State: String, Sendable {
    /// Found in this frame.
    case detected
    /// Not found in this frame; put between the frames before and after, where it was found (see `ButterworthSmoother`).
    case filled
    /// Nobody was looked for in this frame; put between the frames before and after in which people were found.
    case interpolated
    /// Nobody was looked for in this frame; moved on (or back) from where the person was found, by the speed.
    case extrapolated
    /// Not found in this frame; the pose is where the person should be by now.
    case predicted
    /// Not found for long: the identity is kept, the pose is no more than a memory.
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
  public struct Velocity: Hashable, Sendable {
    /// To the right.
    public var x: Double
    /// Down.
    public var y: Double

    /// Nobody moves who was seen once only.
    public static let zero = Velocity(x: 0, y: 0)

    /// A speed.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Box, score and keypoints in pixels of the upright picture.
  public var pose: Pose
  /// The identity, from 1 and never given to anyone else; `nil` for someone who has none (yet).
  public var trackID: Int?
  /// How the pose was come by.
  public var state: State
  /// The part the person plays; `nil` from trackers that know no parts.
  public var role: Role?
  /// When the person was last seen, in seconds of presentation time.
  public var lastSeen: Double
  /// The pose as it was found, where `pose` has been smoothed; `nil` where `pose` is raw or nothing was found.
  public var raw: Pose?
  /// The tracker's own number of whom it follows, also before there is an identity; `nil` for someone not followed.
  public var followed: Int?
  /// Speed of the body as a whole.
  public var velocity = Velocity.zero

  /// A pose with an identity.
  public init(
    pose: Pose, trackID: Int? = nil, state: State = .detected, role: Role? = nil, lastSeen: Double, raw: Pose? = nil
  ) {
    self.pose = pose
    self.trackID = trackID
    self.state = state
    self.role = role
    self.lastSeen = lastSeen
    self.raw = raw
  }

  /// Whether the pose is worth showing: found in this frame, put between two where it was found, or of a frame in which
  /// nobody was looked for.
  public var isShown: Bool { state != .predicted && state != .lost }

  /// Whether smoothers take the pose for a sample of the person's way.
  var isSample: Bool { state == .detected || state == .interpolated }
}

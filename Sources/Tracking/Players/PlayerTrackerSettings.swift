import Kapao

extension PlayerTracker {
  /// What a tracker goes by.
  public struct Settings: Hashable, Sendable {
    /// The number of players.
    public var players = 2
    /// Who is player 1 at the beginning.
    public var order = PlayerOrder.leftToRight
    /// Who may be a player.
    public var crowd = CrowdRule()
    /// Score from which a pose may be a player, and is passed on as crowd otherwise.
    public var confidence: Float
    /// Seconds for which to wait at the beginning for all players to be in sight at once; those who are when it is over
    /// are put in order, the others get the next numbers as they come.
    public var startTime = 0.5
    /// Seconds for which a player out of sight keeps the place in the team against newcomers: until then, only someone
    /// found where the player can have got to is taken for the player.
    public var holdTime = 2.0
    /// Seconds after which also someone who was in sight beside the player, was crowd for `crowdTime`, or is of quite
    /// another size may take the place.
    package var takeoverTime = 10.0
    /// How many times as large, or small, as the person before a pose is that is of quite another size, and not the
    /// person's.
    package var sizeRatio = 2.5
    /// Seconds after which someone who was not taken for a player is crowd.
    package var crowdTime = 1.5
    /// Seconds for which a newcomer is to be seen before taking a free place.
    package var entryTime = 0.15
    /// Seconds after which someone who is no player is known as such: seen for as long beside a player, it is someone
    /// else.
    package var acquaintance = 0.3
    /// Mean distance of the keypoints from their predicted places, in body sizes, up to which a pose may be the player.
    package var gate = 0.8
    /// Growth of the gate, in body sizes for each second not seen.
    package var gateGrowth = 2.5
    /// The widest gate, in body sizes.
    package var widestGate = 3.5

    /// Settings for poses that are shown from a score of `confidence`.
    public init(confidence: Float = 0.5) { self.confidence = confidence }
  }
}

/// Who is player 1, who player 2, … at the beginning.
public enum PlayerOrder: String, CaseIterable, Codable, Sendable {
  /// The leftmost is player 1.
  case leftToRight = "left-to-right"
  /// The uppermost is player 1: on a court seen from its end, the one farthest away.
  case topToBottom = "top-to-bottom"
  /// The largest is player 1.
  case largest
}

/// Who may be a player, and who is only crowd.
public struct CrowdRule: Hashable, Sendable {
  /// A box's diagonal as a share of the frame's, from which someone may be a player; 0 for anyone.
  ///
  /// The official squash demo asks for 450 pixels in 1920 × 1080, which is 0.204.
  public var leastSize: Double
  /// Where players stand; `nil` for anywhere.
  public var region: PictureRegion?

  /// The official squash demo's least size, as a share of the frame's diagonal.
  package static let demoSize = 0.204
  /// The share of the least size down to which a player is followed on, to have the number again after crouching.
  private static let leniency = 0.6

  /// A rule; without arguments, anyone may be a player.
  public init(leastSize: Double = 0, region: PictureRegion? = nil) {
    self.leastSize = leastSize
    self.region = region
  }

  /// Whether someone may be a player in this frame.
  func admits(_ pose: Pose, in size: ImageSize) -> Bool {
    share(pose.box, in: size) >= leastSize && (region?.contains(pose.box, in: size) ?? true)
  }

  /// Whether someone may be a player who crouches or has stepped out of the region, and is to be followed.
  func keeps(_ pose: Pose, in size: ImageSize) -> Bool {
    share(pose.box, in: size) >= leastSize * Self.leniency
  }

  private func share(_ box: Box, in size: ImageSize) -> Double {
    func diagonal(_ width: Double, _ height: Double) -> Double { (width * width + height * height).squareRoot() }
    let share =
      diagonal(Double(box.width), Double(box.height)) / max(1, diagonal(Double(size.width), Double(size.height)))
    return share.isFinite ? share : 0
  }
}

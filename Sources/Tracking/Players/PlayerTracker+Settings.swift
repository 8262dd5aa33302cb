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
    /// Seconds after which also someone who was in sight beside the player may take the place.
    public var takeoverTime = 10.0
    /// Seconds for which a newcomer is to be seen before taking a free place.
    public var entryTime = 0.15
    /// Seconds after which someone who is no player is known as such: seen for as long beside a player, it is someone
    /// else.
    public var acquaintance = 0.3
    /// Mean distance of the keypoints from their predicted places, in body sizes, up to which a pose may be the player.
    public var gate = 0.8
    /// Growth of the gate, in body sizes for each second not seen.
    public var gateGrowth = 2.5
    /// The widest gate, in body sizes.
    public var widestGate = 3.5

    /// Settings for poses that are shown from a score of `confidence`.
    public init(confidence: Float = 0.5) { self.confidence = confidence }
  }
}

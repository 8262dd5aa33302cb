import Kapao

/// Who may be a player, and who is only crowd.
public struct CrowdRule: Hashable, Sendable {
  /// A box's diagonal as a share of the picture's, from which someone may be a player; 0 for anyone.
  ///
  /// The official squash demo asks for 450 pixels in 1920 × 1080, which is 0.204.
  public var leastSize: Double
  /// Where players stand; `nil` for anywhere.
  public var region: PictureRegion?

  /// The official squash demo's least size, as a share of the picture's diagonal.
  public static let demoSize = 0.204
  /// The share of the least size down to which a player remains one, so that crouching makes nobody crowd.
  private static let leniency = 0.6

  /// A rule; without arguments, anyone may be a player.
  public init(leastSize: Double = 0, region: PictureRegion? = nil) {
    self.leastSize = leastSize
    self.region = region
  }

  /// Whether someone who is no player may become one.
  func admits(_ pose: Pose, in size: ImageSize) -> Bool {
    share(pose.box, in: size) >= leastSize && (region?.contains(pose.box, in: size) ?? true)
  }

  /// Whether a player remains one.
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

import Kapao

/// One person to draw.
public struct OverlayPerson: Hashable, Sendable {
  /// The part a person plays in the picture.
  public enum Role: Sendable {
    /// Nothing in particular.
    case anyone
    /// A player: the box is filled where the style says so.
    case player
    /// The crowd: thin and grey.
    case crowd
  }

  /// Box and keypoints in pixels of the frame.
  public var pose: Pose
  /// The identity that a tracker gave: chooses the colour and is written on the label.
  public var identity: Int?
  /// A colour that goes before the style's choice of one per person.
  public var colour: RGBColour?

  /// The part the person plays.
  public var role: Role

  /// A person to draw.
  public init(pose: Pose, identity: Int? = nil, colour: RGBColour? = nil, role: Role = .anyone) {
    self.pose = pose
    self.identity = identity
    self.colour = colour
    self.role = role
  }
}

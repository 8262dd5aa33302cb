import Kapao

/// One person to draw.
public struct OverlayPerson: Hashable, Sendable {
  /// Box and keypoints in pixels of the frame.
  public var pose: Pose
  /// The identity that a tracker gave: chooses the colour and is written on the label.
  public var identity: Int?
  /// A colour that goes before the style's choice of one per person.
  public var colour: RGBColour?

  /// A person to draw.
  public init(pose: Pose, identity: Int? = nil, colour: RGBColour? = nil) {
    self.pose = pose
    self.identity = identity
    self.colour = colour
  }
}

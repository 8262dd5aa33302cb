/// What is drawn over the picture and how it looks.
public struct OverlayStyle: Hashable, Sendable {
  /// How colours are chosen.
  public enum ColourMode: Hashable, Sendable {
    /// One colour per person: by identity where there is one, else kept from frame to frame by overlap of the boxes.
    case person
    /// Left limbs and keypoints in one colour, right ones in another, the middle in a third.
    case side
    /// One colour for everything.
    case fixed(RGBColour)
  }

  /// What a person's label says.
  public struct Labels: OptionSet, Hashable, Sendable {
    /// The options as bits.
    public let rawValue: Int
    /// Options from bits.
    public init(rawValue: Int) { self.rawValue = rawValue }
    /// The person's identity, where there is one.
    public static let identity = Labels(rawValue: 1)
    /// The pose object's score.
    public static let score = Labels(rawValue: 2)
  }

  /// Draws the limbs.
  public var skeleton = true
  /// Draws a dot for each keypoint that is not of the face. Keypoints from keypoint objects are brighter than those
  /// regressed with the person.
  public var keypoints = true
  /// Draws a dot for each keypoint of the face.
  public var facePoints = false
  /// Draws the people's boxes.
  public var boxes = false
  /// Fills the players' boxes with a trace of their colour.
  public var fillsPlayers = true
  /// Seconds for which the way of everyone with an identity is drawn; 0 for no trails.
  public var trail = 0.0
  /// Draws a label at each person; empty for none.
  public var labels: Labels = []
  /// How colours are chosen.
  public var colourMode = ColourMode.person
  /// Draws a thin dark line around limbs, dots and boxes, so that they can be told from a background of their colour.
  public var outline = true
  /// The share of the drawing in the picture under it, from 0 (invisible) to 1 (opaque), for all but the corner text.
  ///
  /// The official demo's `--alpha` is the other share, that of the original: its 0.4 is an opacity of 0.6 here.
  public var opacity = 0.9
  /// Width of lines in pixels; `nil` follows the size of the picture, and is thinner on small people.
  public var lineWidth: Double?
  /// Radius of dots in pixels; `nil` follows the width of lines.
  public var keypointSize: Double?
  /// Draws only keypoints that a keypoint object gave, and limbs with both ends such.
  public var keypointObjectsOnly = false
  /// Shows the frame rate in the corner.
  public var showsFrameRate = false
  /// Shows the time in the corner.
  public var showsTime = false

  /// The default look.
  public init() {}
}

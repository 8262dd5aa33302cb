import Foundation
import Kapao

/// What is drawn over the frame and how it looks.
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
  /// Draws the boxes of the keypoint objects that gave people's keypoints.
  public var keypointBoxes = false
  /// Draws the people's boxes.
  public var boxes = false
  /// Fills the players' boxes with a trace of their colour.
  package var fillsPlayers = true
  /// Seconds for which the way of everyone with an identity is drawn; 0 for no trails.
  public var trail = 0.0
  /// Draws a label at each person; empty for none.
  public var labels: Labels = []
  /// How colours are chosen.
  public var colourMode = ColourMode.person
  /// Colour of what keypoint objects gave, dots and boxes; `nil` for a brighter tone of the person's.
  public var keypointColour: RGBColour?
  /// Draws a thin dark line around limbs, dots and boxes, so that they can be told from a background of their colour.
  public var outline = true
  /// The share of the drawing in the frame under it, from 0 (invisible) to 1 (opaque), for all but the corner text.
  ///
  /// The official demo's `--alpha` is the other share, that of the original: its 0.4 is an opacity of 0.6 here.
  public var opacity = 0.9
  /// Width of lines in pixels; `nil` follows the size of the frame, and is thinner on small people.
  public var lineWidth: Double?
  /// Radius of dots in pixels; `nil` follows the width of lines.
  public var keypointSize: Double?
  /// Width in pixels of the line of which dots are rings; `nil` for dots that are filled.
  package var keypointThickness: Double?
  /// Draws only keypoints that a keypoint object gave, and limbs with both ends such.
  public var keypointObjectsOnly = false
  /// Shows the frame rate in the corner.
  public var showsFrameRate = false
  /// Shows the time in the corner.
  public var showsTime = false

  /// The default look.
  public init() {}
}

/// Sizes in pixels for one frame or one person, from the style where it says so and else from the frame's size.
package struct OverlayMetrics: Hashable {
  /// Width of lines.
  package var lineWidth: Double
  /// Radius of dots.
  package var keypointRadius: Double
  /// Width of the line of which dots are rings; `nil` for filled dots.
  package var keypointThickness: Double?
  /// Width of the dark line around lines and dots; 0 for none.
  package var outline: Double
  /// Size of the corner text's font; labels are smaller.
  package var fontSize: Double
  /// Size of the labels' font.
  package var labelSize: Double { max(9, fontSize * 0.8) }

  private static let largest = 500.0

  /// Sizes for a frame: lines of 2.5 pixels at 480p, 5 at 1080p, 9 at 2160p.
  package init(frame: ImageSize, style: OverlayStyle) {
    self.init(short: Double(min(frame.width, frame.height)), scale: 1, style: style)
  }

  /// Sizes for one person: thinner lines, down to half, for someone smaller than four tenths of the frame.
  package init(frame: ImageSize, person: Box, style: OverlayStyle) {
    let short = Double(min(frame.width, frame.height))
    let share = Double(max(person.width, person.height)) / (0.4 * max(short, 1))
    self.init(short: short, scale: share.isFinite ? min(max(share, 0.5), 1) : 1, style: style)
  }

  private init(short: Double, scale: Double, style: OverlayStyle) {
    let automatic = max(1.5, 2.5 * pow(short / 480, 0.85) * scale)
    lineWidth = Self.usable(style.lineWidth) ?? automatic
    keypointRadius = Self.usable(style.keypointSize) ?? lineWidth * 0.95
    keypointThickness = Self.usable(style.keypointThickness)
    outline = style.outline ? max(0.6, min(automatic, lineWidth) * 0.28) : 0
    fontSize = max(10, 16 * pow(short / 480, 0.7))
  }

  /// Halves lines and dots, for people who are no more than background.
  package mutating func thin() {
    lineWidth = max(1, lineWidth / 2)
    keypointRadius = max(0.75, keypointRadius / 2)
    keypointThickness = keypointThickness.map { max(0.75, $0 / 2) }
    outline /= 2
  }

  private static func usable(_ value: Double?) -> Double? {
    value.flatMap { $0.isNaN ? nil : min(max($0, 0), largest) }
  }
}

/// The text in the frame's upper left corner. What the style does not ask for is left out.
public struct OverlayText: Hashable, Sendable {
  /// Frames per second, shown as `30.1 FPS`.
  public var frameRate: Double?
  /// Seconds, shown as `h:mm:ss.mmm`.
  public var time: Double?
  /// Further lines, shown as they are.
  public var lines: [String]

  /// The text for one frame.
  public init(frameRate: Double? = nil, time: Double? = nil, lines: [String] = []) {
    self.frameRate = frameRate
    self.time = time
    self.lines = lines
  }

  /// The lines that a style shows.
  package func lines(for style: OverlayStyle) -> [String] {
    var shown: [String] = []
    if style.showsFrameRate, let frameRate, frameRate.isFinite { shown.append(Self.frameRate(frameRate)) }
    if style.showsTime, let time, time.isFinite { shown.append(Self.clock(time)) }
    return shown + lines
  }

  private static func frameRate(_ value: Double) -> String { "\(decimal(value, digits: 1)) FPS" }

  /// Seconds as `h:mm:ss.mmm`, rounded to the millisecond.
  package static func clock(_ seconds: Double) -> String {
    let milliseconds = Int64((min(max(seconds, -1e12), 1e12) * 1000).rounded())
    let total = milliseconds.magnitude
    func padded(_ value: UInt64, _ count: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }
    return (milliseconds < 0 ? "-" : "") + "\(total / 3_600_000):" + padded(total / 60_000 % 60, 2) + ":"
      + padded(total / 1000 % 60, 2) + "." + padded(total % 1000, 3)
  }

  /// A number with one or two decimals, the same in every locale.
  package static func decimal(_ value: Double, digits: Int) -> String {
    let scale = digits == 1 ? 10.0 : 100.0
    let scaled = Int64((min(max(value, -1e12), 1e12) * scale).rounded())
    let fraction = String(scaled.magnitude % UInt64(scale))
    return (scaled < 0 ? "-" : "") + String(scaled.magnitude / UInt64(scale)) + "."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}

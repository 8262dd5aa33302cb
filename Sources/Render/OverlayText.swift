/// The text in the picture's upper left corner. What the style does not ask for is left out.
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

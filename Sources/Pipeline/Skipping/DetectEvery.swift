/// Which frames are looked at for people (`--detect-every`).
public enum DetectEvery: Hashable, Sendable, CustomStringConvertible {
  /// Every N-th frame, beginning with the first.
  case frames(Int)
  /// As many as can be without falling behind the source.
  case auto

  /// Frames from one detection to the next that can be asked for.
  public static let range = 1...30
  /// The most that `auto` takes.
  public static let mostOfAuto = 8
  /// Every frame.
  public static let all = DetectEvery.frames(1)

  /// Reads `auto`, or a number within `range`.
  public init?(_ text: String) {
    if text == "auto" {
      self = .auto
    } else if let count = Int(text), Self.range.contains(count) {
      self = .frames(count)
    } else {
      return nil
    }
  }

  /// As it is written on the command line.
  public var description: String {
    switch self {
    case .frames(let count): "\(count)"
    case .auto: "auto"
    }
  }

  /// Frames from one detection to the next, at most.
  var most: Int {
    switch self {
    case .frames(let count): count
    case .auto: Self.mostOfAuto
    }
  }
}

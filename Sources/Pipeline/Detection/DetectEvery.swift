import Support

/// In which frames people are detected (`--detect-every`).
public enum DetectEvery: TextCodable, Hashable, Sendable {
  /// Every N-th frame, beginning with the first.
  case frames(Int)
  /// As many as can be without falling behind the source.
  case auto

  /// What a text has to be.
  package static let expected = "auto, or a number from \(range.lowerBound) to \(range.upperBound)"
  /// Frames from one detection to the next that can be asked for.
  package static let range = 1...30
  /// The most that `auto` takes.
  package static let mostOfAuto = 8
  /// The least that `auto` takes in files where people are refined in crops, in every frame.
  static let leastOfRefinedAuto = 5
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

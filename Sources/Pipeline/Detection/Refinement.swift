import Support

/// How many people of a frame are refined, each in a crop of its own (`--refine`).
public enum Refinement: TextCodable, Hashable, Sendable {
  /// Nobody.
  case off
  /// Those for whom it pays: see `most`.
  case auto
  /// At most so many, those who matter first.
  case people(Int)

  /// What a text has to be.
  package static let expected = "off, auto, or a number from \(range.lowerBound) to \(range.upperBound)"
  /// People that can be asked for.
  package static let range = 1...300
  /// The most that `auto` takes in a frame of a video.
  package static let mostOfAuto = 8

  /// Reads `off`, `auto`, or a number within `range`.
  public init?(_ text: String) {
    switch text {
    case "off": self = .off
    case "auto": self = .auto
    default:
      guard let count = Int(text), Self.range.contains(count) else { return nil }
      self = .people(count)
    }
  }

  /// As it is written on the command line.
  public var description: String {
    switch self {
    case .off: "off"
    case .auto: "auto"
    case .people(let count): "\(count)"
    }
  }

  /// People in a frame, at most, where `auto` takes so many.
  package func most(auto: Int) -> Int {
    switch self {
    case .off: 0
    case .auto: auto
    case .people(let count): count
    }
  }
}

/// How many people of a live frame may be refined: as many as there is time for. A value that is told the times.
///
/// Frames bring time, at most that of a few, and detections and refinements use it up.
package struct LookBudget {
  /// The share of time that may be used.
  static let load = 0.85
  /// Seconds of frames that can be saved up.
  static let longest = 0.1
  /// How much a new measurement counts.
  private static let weight = 0.2

  /// Seconds for which a frame may have waited that others wait behind.
  static let patience = 0.05

  private var last: Double?
  private var isLate = false
  private var seconds = 0.0
  /// Seconds of one look; unknown until there was one.
  private var cost: Double?

  package init() {}

  /// A frame has come.
  ///
  /// - Parameters:
  ///   - time: Its time in seconds of the stream.
  ///   - waited: Seconds for which it has waited.
  package mutating func arrived(at time: Double, waited: Double = 0) {
    isLate = waited > Self.patience
    if let last { seconds = min(Self.longest, seconds + max(0, time - last) * Self.load) }
    last = time
  }

  /// Looks that there is time for; none where others wait already.
  package var looks: Int { isLate ? 0 : max(0, Int(min(1000, seconds / max(cost ?? seconds, 1e-6)))) }

  /// A detection in the whole frame has taken so long.
  package mutating func detected(seconds spent: Double) { seconds = max(-Self.longest, seconds - spent) }

  /// So many refinements have taken so long; the first one waits for the network to be compiled, and does not count.
  package mutating func looked(_ count: Int, seconds spent: Double) {
    guard count > 0 else { return }
    let each = spent / Double(count)
    defer { hasLooked = true }
    guard hasLooked else { return }
    cost = cost.map { $0 + Self.weight * (each - $0) } ?? each
    seconds = max(-Self.longest, seconds - spent)
  }

  private var hasLooked = false
}
